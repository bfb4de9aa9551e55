// Owns the task's one timer: a deadline that the open receive waits for. There is no message, so
// there is no stale one.

#include "timer.h"
#include <resea/timer.h>
#include <limits.h>
#include <resea/syscall.h>
#include "clock.h"

static uint64_t deadline_ns; // CLOCK_MONOTONIC; 0: not set

error_t timer_set(msec_t timeout)
{
    if (timeout < 0)
        return ERR_INVALID_ARG;
    deadline_ns = timeout > 0 ? clock_now_ns() + (uint64_t)timeout * 1000000 : 0;
    return OK;
}

error_t sys_timer_set(msec_t timeout)
{
    return timer_set(timeout);
}

int timer_remaining(void)
{
    if (deadline_ns == 0)
        return -1;
    uint64_t now = clock_now_ns();
    if (now >= deadline_ns)
        return 0;
    return (int)MIN((deadline_ns - now + 999999) / 1000000, (uint64_t)INT_MAX);
}

void timer_clear(void)
{
    deadline_ns = 0;
}
