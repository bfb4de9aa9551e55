// See violation.h.
#include "violation.h"
#include "log.h"
#include "util.h"

#define SUSPECT_GRACE_MS 1000

void task_violates(struct task *task, const char *rule)
{
    if (task->phase == TASK_ENDED || task->violation)
        return;
    task->violation = rule;
    log_error("task %s (%d) %s: killed", task->spec->name, task->id, rule);
    task_kill(task, SIGKILL);
}

void task_is_suspect(struct task *task, const char *rule)
{
    if (!task->suspicion)
        task->suspicion = rule;
    if (!task->kill_at_ns)
        task->kill_at_ns = now_ns() + SUSPECT_GRACE_MS * NS_PER_MS;
}

void task_hung_up(struct task *task)
{
    task_is_suspect(task, "closed its control channel");
}
