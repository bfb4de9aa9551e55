// See patrol.h.
#include "patrol.h"
#include <signal.h>
#include <stdlib.h>
#include "absent.h"
#include "deadlock.h"
#include "log.h"
#include "message_names.h"
#include "report.h"
#include "suite.h"
#include "violation.h"

#define SCAN_MS 500

static struct timer scan;
static struct deadlock deadlock;

static const char *verb(enum wait_kind kind)
{
    switch (kind) {
    case WAIT_CALL:
        return "calls";
    case WAIT_SEND:
        return "sends to";
    default:
        return "receives from";
    }
}

static void report_cycle(void *ctx, const struct waiting *cycle, unsigned len)
{
    char *text = xstrdup("");
    (void)ctx;
    for (unsigned i = 0; i < len; i++) {
        task_t next = cycle[(i + 1) % len].task;
        enum wait_kind kind = wait_word_kind(cycle[i].wait);
        const struct task *task = task_find(cycle[i].task);
        bool has_message = task && kind != WAIT_RECV;
        char *more = xasprintf(
            "%s%s%s (%d) %s %s (%d)%s%s", text, i ? ", " : "", task_label(cycle[i].task),
            cycle[i].task, verb(kind), task_label(next), next, has_message ? " with " : "",
            has_message ? message_name(atomic_load(&task->page->wait_type)) : "");
        free(text);
        text = more;
    }
    log_error("deadlock: %s", text);
    free(text);
}

static void on_scan(struct timer *timer)
{
    static struct waiting now[CONFIG_NUM_TASKS];
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        bool is_ready = task && task->phase == TASK_READY;
        now[slot] = (struct waiting){0};
        if (task)
            report_left_out(task, false);
        if (is_ready)
            now[slot] = (struct waiting){task->id, atomic_load(&task->page->wait)};
        if (is_ready)
            absent_look(task, now[slot].wait, deadlock_is_unchanged(&deadlock, now, slot));
        if (!task || task->exited || !task->kill_at_ns || task->kill_at_ns > now_ns())
            continue;
        if (task->suspicion && !task->trapped && !task->debugged)
            task_violates(task, task->suspicion);
        if (!task->debugged)
            task_kill(task, SIGKILL);
    }
    log_tell_own();
    deadlock_scan(&deadlock, now, report_cycle, NULL);
    loop_timer(timer, SCAN_MS);
}

void patrol_start(void)
{
    scan.fire = on_scan;
    loop_timer(&scan, SCAN_MS);
}
