// See restart.h.
#include "restart.h"
#include <stdlib.h>
#include <oolong/list.h>
#include "control_channel.h"
#include "log.h"
#include "spawn.h"
#include "stop.h"

#define FIRST_DELAY_MS 100
#define MAX_DELAY_MS   10000
// After running this long, a task counts as healthy: its next failure is a first one.
#define HEALTHY_NS (10000 * NS_PER_MS)

struct restart {
    struct timer timer;
    struct task_spec *spec;
};

static unsigned num_restarts; // that are planned

void tell_if_nobody_is_left(void)
{
    for (int slot = TASK_SLOT(VM_TASK) + 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && !suite.tasks[slot]->exited)
            return;
    }
    if (num_restarts == 0 && !stop_has_begun())
        log_error("no task is left; Ctrl-C ends the suite");
}

static void on_restart(struct timer *timer)
{
    struct restart *restart = LIST_CONTAINER(timer, struct restart, timer);
    num_restarts--;
    restart->spec->restart_due = false;
    if (!stop_has_begun()) {
        task_start(restart->spec, NULL);
        tell_if_nobody_is_left();
    }
    free(restart);
    control_flush_all();
}

bool task_has_failed(const struct task *task, const siginfo_t *info)
{
    return task->exec_error || info->si_code != CLD_EXITED || info->si_status != 0;
}

// Counts one more restart. False: the limit was reached.
static bool count_restart(struct task_spec *spec)
{
    const struct restart_limit *limit =
        spec->restart_limit.num ? &spec->restart_limit : &suite.manifest.restart_limit;
    uint64_t now = now_ns();
    if (limit->num == RESTART_UNLIMITED)
        return true;
    if (!spec->num_restarts || now - spec->restarts_since_ns > limit->seconds * 1000 * NS_PER_MS) {
        spec->restarts_since_ns = now;
        spec->num_restarts = 0;
    }
    if (spec->num_restarts >= limit->num) {
        log_error("task %s is not started again after %u restarts in %u s (restart_limit)",
                  spec->name, limit->num, limit->seconds);
        return false;
    }
    spec->num_restarts++;
    return true;
}

bool restart_schedule(struct task *task, const siginfo_t *info)
{
    struct task_spec *spec = task->spec;
    if (stop_has_begun() || task->destroyed || spec->restart == RESTART_NEVER ||
        (spec->restart == RESTART_ON_FAILURE && !task_has_failed(task, info)))
        return true;
    if (!count_restart(spec))
        return false;
    if (now_ns() - task->started_ns > HEALTHY_NS)
        spec->failures = 0;
    unsigned doublings = spec->failures < 7 ? spec->failures : 7;
    uint64_t delay = (uint64_t)FIRST_DELAY_MS << doublings;
    delay = delay < MAX_DELAY_MS ? delay : MAX_DELAY_MS;
    spec->failures++;
    log_error("task %s is started again in %llu ms", spec->name, (unsigned long long)delay);
    struct restart *restart = xcalloc(1, sizeof(*restart));
    restart->spec = spec;
    spec->restart_due = true;
    restart->timer.fire = on_restart;
    loop_timer(&restart->timer, delay);
    num_restarts++;
    return true;
}
