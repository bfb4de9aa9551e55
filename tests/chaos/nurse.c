// The nurse: starts the tasks that its arguments name, watches them, and restarts those that end.

#include "task.h"

#define MAX_PATIENTS 32
#define RETRY_MS     20

static struct {
    const char *name;
    task_t task; // 0: to be started
} patients[MAX_PATIENTS];
static int num_patients;

static task_t launch(const char *name)
{
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = (char *)(uintptr_t)name;
    m.task_launch.name_and_cmdline_len = strlen(name) + 1;
    OK_OR_RETURN(ipc_call(VM_TASK, &m));
    task_t task = m.task_launch_reply.task;
    m = (struct message){.type = TASK_WATCH_MSG};
    m.task_watch.task = task;
    error_t err = ipc_call(VM_TASK, &m); // works also for a task that has ended already
    if (err != OK) {
        one_more(&role->odd);
        atomic_store(&role->odd_error, err);
    }
    return task;
}

static void start_missing(void)
{
    for (int i = 0; i < num_patients; i++) {
        if (patients[i].task)
            continue;
        task_t task = launch(patients[i].name);
        if (task > 0) {
            patients[i].task = task;
            continue;
        }
        WARN("cannot start %s: %s", patients[i].name, err2str(task));
        (void)timer_set(RETRY_MS);
    }
}

static void hear_ends(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type != TASK_EXITED_MSG)
            continue;
        atomic_fetch_add(&role->progress, 1);
        for (int i = 0; i < num_patients; i++) {
            if (patients[i].task == m.task_exited.task)
                patients[i].task = 0;
        }
    }
}

void nurse(void)
{
    for (int i = 3; i < task_argc() && num_patients < MAX_PATIENTS; i++)
        patients[num_patients++].name = task_argv()[i];
    for (;;) {
        struct message m;
        start_missing();
        if (ipc_recv(IPC_ANY, &m) == OK && m.type == NOTIFICATIONS_MSG)
            hear_ends();
    }
}
