// Players and director wait for each other in shared memory, without messages.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "live.h"

void live_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

bool live_wait(_Atomic uint32_t *word, uint32_t old, int ms)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now;
    end.tv_sec += ms / 1000 + 1; // one more second, so that nanoseconds need no carry
    while (atomic_load(word) == old) {
        struct timespec left = {.tv_nsec = 100000000};
        syscall(SYS_futex, word, FUTEX_WAIT, old, &left, NULL, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (ms >= 0 && now.tv_sec > end.tv_sec)
            return false;
    }
    return true;
}
