// See ps.h.
#include "ps.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "absent.h"
#include "channel_env.h"
#include "suite.h"

static char *state_text(const struct task *task)
{
    uint64_t word = atomic_load(&task->page->wait);
    task_t other = wait_word_task(word);
    const char *blocked = atomic_load(&task->page->blocked_in_vm) ? " (blocked in vm)" : "";
    if (task->phase == TASK_ENDED)
        return xstrdup("ended");
    if (task->phase == TASK_STARTING)
        return xstrdup("starting");
    char *lookup = absent_state(task, word);
    if (lookup)
        return lookup;
    switch (wait_word_kind(word)) {
    case WAIT_RUNNING:
        return xstrdup("running");
    case WAIT_OPEN:
        return xstrdup("receives");
    case WAIT_RECV:
        return xasprintf("receives from %s", task_label(other));
    case WAIT_CALL:
        return xasprintf("calls %s%s", task_label(other), blocked);
    case WAIT_SEND:
        return xasprintf("sends to %s%s", task_label(other), blocked);
    default:
        return xstrdup("?");
    }
}

static void print_all(FILE *out)
{
    fprintf(out, "%8s  %-16s %8s  %-28s %10s %10s %8s\n", "TASK", "NAME", "PID", "STATE", "SENT",
            "RECEIVED", "SHARED");
    fprintf(out, "%8d  %-16s %8d  %-28s\n", KERNEL_TASK, "launcher", (int)suite.pid, "running");
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        const struct task *task = suite.tasks[slot];
        if (!task)
            continue;
        char *state = state_text(task);
        fprintf(out, "%8d  %-16s %8d  %-28s %10llu %10llu %7lluM\n", task->id, task->spec->name,
                (int)(task->task_pid ? task->task_pid : task->pid), state,
                (unsigned long long)atomic_load(&task->page->num_sent),
                (unsigned long long)atomic_load(&task->page->num_received),
                (unsigned long long)(task_shared_bytes(task) + (1 << 20) - 1) >> 20);
        free(state);
    }
}

char *ps_text(void)
{
    return xprint(print_all);
}
