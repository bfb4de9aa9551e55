// Finds the servers that commands talk to, and prints the errors of commands.
#include "shell.h"
#include <resea/ipc.h>
#include <stdio.h>
#include "output.h"

#define LOOKUP_TIMEOUT_MS 3000

bool interactive;

FILE *errors(void)
{
    return interactive ? stdout : stderr;
}

bool complain(const char *what, error_t err)
{
    fprintf(errors(), "%s: %s\n", what, error_words(err));
    return false;
}

bool find_service(const char *name, task_t *task)
{
    // The name is looked up each time, because a server may have been restarted as another task.
    ipc_set_lookup_timeout(LOOKUP_TIMEOUT_MS);
    task_t found = ipc_lookup(name);
    if (IS_ERROR(found)) {
        fprintf(errors(), "%s: nobody serves it: %s\n", name, error_words(found));
        return false;
    }
    *task = found;
    return true;
}
