// Finds cycles of tasks that wait for each other. Pure functions of what the tasks' pages say.
#ifndef LAUNCHER_DEADLOCK_H
#define LAUNCHER_DEADLOCK_H

#include <oolong/wire.h>

// What one scan saw of a task.
struct waiting {
    task_t task;   // 0: no task in this slot
    uint64_t wait; // wait_word() of its page
};

struct deadlock {
    struct waiting last[CONFIG_NUM_TASKS]; // the previous scan, by slot
    uint32_t reported[CONFIG_NUM_TASKS];   // the episode in which the slot's task was reported
    task_t reported_task[CONFIG_NUM_TASKS];
};

// Takes the next scan. A cycle whose tasks are in the same waits as in the previous scan is
// reported once: `cycle[i]` waits for `cycle[i + 1]`, and the last for the first. `d` is zeroed at
// first. `now` is indexed by slot.
void deadlock_scan(struct deadlock *d, const struct waiting now[CONFIG_NUM_TASKS],
                   void (*report)(void *ctx, const struct waiting *cycle, unsigned len), void *ctx);

// Whether the task in a slot is in the same wait as in the previous scan.
bool deadlock_is_unchanged(const struct deadlock *d, const struct waiting *now, int slot);

#endif
