// What happens to other tasks while the shell does something else: the ends of those it watches.
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

static int last_status; // of the watched task that ended last

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

void events_pull(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        struct watched *watched = m.type == TASK_EXITED_MSG ? find(m.task_exited.task) : NULL;
        if (!watched)
            continue;
        editor_clear();
        printf("task %d (%s) ended", watched->task, watched->label);
        last_status = m.task_exited.status;
        printf(last_status > 0 ? " with status %d\n" : "\n", last_status);
        list_remove(&watched->next);
        free(watched);
        editor_redraw();
    }
}

bool events_take(bool wait, bool *console)
{
    struct message m;
    error_t err = sys_ipc(IPC_ANY, IPC_ANY, &m, IPC_RECV | (wait ? 0 : IPC_NOBLOCK));
    *console = false;
    if (IS_ERROR(err))
        return false;
    if (m.type == NOTIFICATIONS_MSG) {
        *console = (m.notifications.data & NOTIFY_IRQ) != 0;
        if (m.notifications.data & NOTIFY_ASYNC)
            events_pull();
    } else {
        discard_unknown_message(&m);
    }
    return true;
}
