// See doorbells.h.
#include "doorbells.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static void ring(_Atomic uint32_t *doorbell)
{
    atomic_fetch_add(doorbell, 1);
    syscall(SYS_futex, doorbell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void doorbell_sent(struct task *task)
{
    atomic_fetch_add(&task->page->launcher_doorbell, 1);
    if (atomic_load(&task->page->asleep) == SLEEP_FUTEX)
        syscall(SYS_futex, &task->page->launcher_doorbell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void doorbell_mark_ended(struct task *task)
{
    atomic_store(&task->page->ended, 1);
}

void doorbell_ring_all(struct task *task)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot] != task)
            ring(&task->page->peers[slot].doorbell);
    }
}

bool doorbells_are_supported(void)
{
    // With nothing to wait for, a kernel that has the call answers EINVAL.
    return syscall(SYS_futex_waitv, NULL, 0, 0, NULL, CLOCK_MONOTONIC) < 0 && errno == EINVAL;
}
