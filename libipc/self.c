// Owns what the task knows of itself.

#include "self.h"
#include <errno.h>
#include <string.h>
#include <oolong/internal.h>
#include <resea/task.h>

struct self ipc_self;

task_t task_self(void)
{
    return ipc_self.boot.task;
}

const char *task_name(void)
{
    return ipc_self.boot.name[0] ? ipc_self.boot.name : program_invocation_short_name;
}

uint32_t task_rights(void)
{
    return ipc_self.boot.rights;
}

int task_file(const char *name)
{
    for (unsigned i = 0; i < ipc_self.num_files; i++) {
        if (!strcmp(ipc_self.files[i].name, name))
            return ipc_self.files[i].fd;
    }
    return ERR_NOT_FOUND;
}

struct state_page *ipc_own_page(void)
{
    return ipc_self.page;
}
