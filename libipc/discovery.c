// Owns what the task knows of names: serving, looking up, and looking up again after a restart.

#include <stdlib.h>
#include <string.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "channel.h"
#include "ool.h"
#include "page.h"
#include "self.h"

// The names under which task ids were found, newest first. Task ids are never reused, so an entry
// stays true. The oldest entry is dropped if there are too many.
#define MAX_KNOWN 64
static struct {
    task_t task;
    char name[64];
} known[MAX_KNOWN];
static unsigned next_known;

static msec_t lookup_timeout = -1; // -1: what the suite says

void ipc_set_lookup_timeout(msec_t timeout)
{
    lookup_timeout = timeout;
}

error_t ipc_serve(const char *name)
{
    if (!name)
        return ERR_INVALID_ARG;
    struct message m = {.type = DISCOVERY_SERVE_MSG};
    m.discovery_serve.name = (char *)(uintptr_t)name;
    m.discovery_serve.name_len = strlen(name) + 1;
    return ool_call_vm(&m);
}

static void remember(task_t task, const char *name)
{
    for (unsigned i = 0; i < MAX_KNOWN; i++) {
        if (known[i].task == task)
            return;
    }
    known[next_known].task = task;
    snprintf(known[next_known].name, sizeof(known[next_known].name), "%s", name);
    next_known = (next_known + 1) % MAX_KNOWN;
}

static task_t look_up(const char *name, task_t except)
{
    struct message m = {.type = DISCOVERY_LOOKUP_MSG};
    m.discovery_lookup.name = (char *)(uintptr_t)name;
    m.discovery_lookup.name_len = strlen(name) + 1;
    m.discovery_lookup.timeout_ms =
        lookup_timeout >= 0 ? (uint32_t)lookup_timeout : ipc_self.boot.lookup_timeout_ms;
    m.discovery_lookup.except = except;
    snprintf(ipc_self.page->wait_name, sizeof(ipc_self.page->wait_name), "%s", name);
    wait_begin(WAIT_CALL, VM_TASK, DISCOVERY_LOOKUP_MSG);
    error_t err = ool_call_vm(&m);
    wait_end();
    OK_OR_RETURN(err);
    remember(m.discovery_lookup_reply.task, name);
    return m.discovery_lookup_reply.task;
}

task_t ipc_lookup(const char *name)
{
    if (!name)
        return ERR_INVALID_ARG;
    task_t task = look_up(name, 0);
    // The channels of a server end before the launcher tells vm of the server's end.
    struct channel *ch = channel_find_any(task);
    return ch && ch->fd < 0 ? look_up(name, task) : task;
}

task_t ipc_lookup_again(task_t old)
{
    for (unsigned i = 0; i < MAX_KNOWN; i++) {
        if (old > 0 && known[i].task == old) {
            char name[sizeof(known[i].name)];
            memcpy(name, known[i].name, sizeof(name));
            return look_up(name, old);
        }
    }
    return ERR_NOT_FOUND;
}
