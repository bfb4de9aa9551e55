// A task waits for at most one other, so following the waits from a task ends, or enters a cycle.
#include "deadlock.h"
#include <string.h>

// The slot that the task in `slot` waits for, or -1.
static int waits_for(const struct waiting *now, int slot)
{
    enum wait_kind kind = wait_word_kind(now[slot].wait);
    task_t other = wait_word_task(now[slot].wait);
    if (!now[slot].task || (kind != WAIT_RECV && kind != WAIT_CALL && kind != WAIT_SEND))
        return -1;
    if (other <= 0 || TASK_SLOT(other) >= CONFIG_NUM_TASKS || now[TASK_SLOT(other)].task != other)
        return -1;
    return TASK_SLOT(other);
}

bool deadlock_is_unchanged(const struct deadlock *d, const struct waiting *now, int slot)
{
    return d->last[slot].task == now[slot].task && d->last[slot].wait == now[slot].wait;
}

static bool is_reported(const struct deadlock *d, const struct waiting *now, int slot)
{
    return d->reported_task[slot] == now[slot].task &&
           d->reported[slot] == wait_word_episode(now[slot].wait);
}

// `start` is part of a cycle.
static void check_cycle(struct deadlock *d, const struct waiting *now, int start,
                        void (*report)(void *, const struct waiting *, unsigned), void *ctx)
{
    struct waiting cycle[CONFIG_NUM_TASKS];
    unsigned len = 0;
    bool is_stable = true, is_known = true;
    int slot = start;
    do {
        is_stable = is_stable && deadlock_is_unchanged(d, now, slot);
        is_known = is_known && is_reported(d, now, slot);
        cycle[len++] = now[slot];
        slot = waits_for(now, slot);
    } while (slot != start);
    if (!is_stable || is_known)
        return;
    for (unsigned i = 0; i < len; i++) {
        d->reported_task[TASK_SLOT(cycle[i].task)] = cycle[i].task;
        d->reported[TASK_SLOT(cycle[i].task)] = wait_word_episode(cycle[i].wait);
    }
    report(ctx, cycle, len);
}

void deadlock_scan(struct deadlock *d, const struct waiting now[CONFIG_NUM_TASKS],
                   void (*report)(void *, const struct waiting *, unsigned), void *ctx)
{
    uint16_t seen[CONFIG_NUM_TASKS] = {0}; // by slot: the walk that visited it, from 1
    for (int start = 0; start < CONFIG_NUM_TASKS; start++) {
        int slot = start;
        while (slot >= 0 && !seen[slot]) {
            seen[slot] = (uint16_t)(start + 1);
            slot = waits_for(now, slot);
        }
        if (slot >= 0 && seen[slot] == start + 1)
            check_cycle(d, now, slot, report, ctx);
    }
    memcpy(d->last, now, sizeof(d->last));
}
