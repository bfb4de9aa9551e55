// Finds tasks that wait for each other in a ring. Pure: what the tasks' pages say comes in, what is
// to be reported comes out.
#ifndef LAUNCHER_DEADLOCK_H
#define LAUNCHER_DEADLOCK_H

#include <oolong/wire.h>

// What one scan saw of a task.
struct waiting {
    task_t task;   // 0: no task in this slot
    uint64_t wait; // wait_word() of its page
};

struct deadlock {
    struct waiting last[CONFIG_NUM_TASKS]; // the scan before, by slot
    uint32_t reported[CONFIG_NUM_TASKS];   // the episode in which the slot's task was reported
    task_t reported_task[CONFIG_NUM_TASKS];
};

// Looks at a scan. A ring of tasks that each wait for the next, in the same episodes as in the scan
// before, is passed to `report` once: `ring[i]` waits for `ring[i + 1]`, the last for the first.
// `d` is zeroed at first. `now` is indexed by slot.
void deadlock_scan(struct deadlock *d, const struct waiting now[CONFIG_NUM_TASKS],
                   void (*report)(void *ctx, const struct waiting *ring, unsigned len), void *ctx);

// Whether the task in a slot is in the same wait as in the scan before.
bool deadlock_is_unchanged(const struct deadlock *d, const struct waiting *now, int slot);

#endif
