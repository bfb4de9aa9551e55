// The monotonic clock: see slirp.h.
#include <time.h>
#include "slirp.h"

int64_t clock_ns(void *opaque)
{
    (void)opaque;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_ms(void)
{
    return clock_ns(NULL) / 1000000;
}
