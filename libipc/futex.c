// Owns the futex system calls.

#include "futex.h"
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Older headers have neither the number nor the structure; see futex_waitv(2).
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#define WAITV_SIZE_U32 2

struct waitv {
    uint64_t val;
    uint64_t uaddr;
    uint32_t flags;
    uint32_t reserved;
};

static struct timespec *to_timespec(uint64_t ns, struct timespec *t)
{
    t->tv_sec = (time_t)(ns / 1000000000);
    t->tv_nsec = (long)(ns % 1000000000);
    return ns ? t : NULL;
}

static void wait_one(const struct futex_word *w, uint64_t deadline_ns)
{
    struct timespec t;
    syscall(SYS_futex, w->word, FUTEX_WAIT_BITSET, w->seen, to_timespec(deadline_ns, &t), NULL,
            FUTEX_BITSET_MATCH_ANY);
}

void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    if (count == 1) {
        wait_one(words, deadline_ns);
        return;
    }
    struct waitv set[FUTEX_MAX_WORDS];
    for (unsigned i = 0; i < count && i < FUTEX_MAX_WORDS; i++)
        set[i] = (struct waitv){words[i].seen, (uintptr_t)words[i].word, WAITV_SIZE_U32, 0};
    struct timespec t;
    syscall(SYS_futex_waitv, set, count, 0, to_timespec(deadline_ns, &t), CLOCK_MONOTONIC);
}

void futex_wake(_Atomic uint32_t *word)
{
    // All: others can map the word too, and must not take the wake-up from whom it is for.
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
