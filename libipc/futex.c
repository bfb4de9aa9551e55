// Owns the futex system calls.

#include "futex.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Older headers have neither the number nor the structure; see futex_waitv(2).
#define NR_FUTEX_WAITV 449
#define FUTEX_SIZE_U32 2

struct waitv {
    uint64_t val;
    uint64_t uaddr;
    uint32_t flags;
    uint32_t reserved;
};

// Also for a single word: futex_waitv has no operation for a sandbox to check, and a call without
// checks stays in the kernel's cache of allowed calls.
void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    struct waitv set[FUTEX_MAX_WORDS];
    for (unsigned i = 0; i < count && i < FUTEX_MAX_WORDS; i++)
        set[i] = (struct waitv){words[i].seen, (uintptr_t)words[i].word, FUTEX_SIZE_U32, 0};
    struct timespec t = {(time_t)(deadline_ns / 1000000000), (long)(deadline_ns % 1000000000)};
    if (syscall(NR_FUTEX_WAITV, set, count, 0, deadline_ns ? &t : NULL, CLOCK_MONOTONIC) < 0 &&
        errno == ENOSYS) // before Linux 5.16, where all channels are sockets
        syscall(SYS_futex, words->word, FUTEX_WAIT_BITSET, words->seen, deadline_ns ? &t : NULL,
                NULL, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(_Atomic uint32_t *word)
{
    // Wake all waiters: another task can map the word too, and must not take the wake-up from the
    // task that it is for.
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
