// See bells.h.
#include "bells.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static void ring(_Atomic uint32_t *bell)
{
    atomic_fetch_add(bell, 1);
    syscall(SYS_futex, bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void bell_sent(struct task *task)
{
    atomic_fetch_add(&task->page->launcher_bell, 1);
    if (atomic_load(&task->page->asleep) == SLEEP_FUTEX)
        syscall(SYS_futex, &task->page->launcher_bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void bell_mark_ended(struct task *task)
{
    atomic_store(&task->page->ended, 1);
}

void bell_ring_all(struct task *task)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot] != task)
            ring(&task->page->peers[slot].bell);
    }
}

bool bells_are_supported(void)
{
    // Without anything to wait for: a kernel that has the call says that this is no use of it.
    return syscall(SYS_futex_waitv, NULL, 0, 0, NULL, CLOCK_MONOTONIC) < 0 && errno == EINVAL;
}
