// The clock of all deadlines in libipc.
#ifndef LIBIPC_CLOCK_H
#define LIBIPC_CLOCK_H

#include <stdint.h>
#include <time.h>

/// Nanoseconds of CLOCK_MONOTONIC.
static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/// The time `timeout_ms` milliseconds from now, or 0 (no deadline) if `timeout_ms` is not positive.
static inline uint64_t clock_deadline_ns(int timeout_ms)
{
    return timeout_ms > 0 ? clock_now_ns() + (uint64_t)timeout_ms * 1000000 : 0;
}

#endif
