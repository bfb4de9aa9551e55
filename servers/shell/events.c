// Reports what happens to other tasks while the shell does something else. Owns the list of watched
// tasks.
#include "shell.h"
#include <idl/task.h>
#include <list.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watched {
    list_elem_t next;
    task_t task;
    char label[64];
};

static list_t watched_tasks = {&watched_tasks, &watched_tasks};

static int last_status; // exit status of the watched task that ended last

int events_last_status(void)
{
    return last_status;
}

static struct watched *find(task_t task)
{
    LIST_FOR_EACH (watched, &watched_tasks, struct watched, next) {
        if (watched->task == task)
            return watched;
    }
    return NULL;
}

bool events_watching(task_t task)
{
    return find(task) != NULL;
}

error_t events_watch(task_t task, const char *label)
{
    if (find(task))
        return OK;
    struct watched *watched = calloc(1, sizeof(*watched));
    if (!watched)
        return ERR_NO_MEMORY;
    error_t err = task_watch(VM_TASK, task);
    if (IS_ERROR(err)) {
        free(watched);
        return err;
    }
    watched->task = task;
    snprintf(watched->label, sizeof(watched->label), "%s", label);
    list_push_back(&watched_tasks, &watched->next);
    return OK;
}

bool events_pull(const char *before)
{
    struct message m;
    bool printed = false;
    while (async_recv(VM_TASK, &m) == OK) {
        struct watched *watched = m.type == TASK_EXITED_MSG ? find(m.task_exited.task) : NULL;
        if (!watched)
            continue;
        printf("%stask %d (%s) ended", before, watched->task, watched->label);
        last_status = m.task_exited.status;
        printf(last_status > 0 ? " with status %d\n" : "\n", last_status);
        list_remove(&watched->next);
        free(watched);
        printed = true;
    }
    return printed;
}

unsigned events_take(bool wait, const char *before)
{
    struct message m;
    error_t err = sys_ipc(IPC_ANY, IPC_ANY, &m, IPC_RECV | (wait ? 0 : IPC_NOBLOCK));
    if (IS_ERROR(err))
        return 0;
    if (m.type != NOTIFICATIONS_MSG) {
        discard_unknown_message(&m);
        return EVENTS_ANY;
    }
    unsigned events = EVENTS_ANY;
    if (m.notifications.data & NOTIFY_IRQ)
        events |= EVENTS_CONSOLE;
    if ((m.notifications.data & NOTIFY_ASYNC) && events_pull(before))
        events |= EVENTS_PRINTED;
    return events;
}
