// See suite.h.
#include "suite.h"

struct suite suite;

void suite_add(struct task *task)
{
    suite.tasks[TASK_SLOT(task->id)] = task;
}

void suite_remove(const struct task *task)
{
    suite.tasks[TASK_SLOT(task->id)] = NULL;
}

struct task *task_find(task_t id)
{
    if (id <= 0 || TASK_SLOT(id) >= CONFIG_NUM_TASKS)
        return NULL;
    struct task *task = suite.tasks[TASK_SLOT(id)];
    return task && task->id == id ? task : NULL;
}

const char *task_label(task_t id)
{
    if (id == KERNEL_TASK)
        return "launcher";
    struct task *task = task_find(id);
    return task ? task->spec->name : "?";
}

void task_kill(struct task *task, int signal)
{
    if (!task->exited && task->pid > 0)
        kill(task->pid, signal);
    if (task->debuggee.fd >= 0)
        kill(task->task_pid, signal);
}
