// The futex system calls: the only part of the shared-memory transport that the kernel sees. All of
// them are on words of shared mappings, which the waiter may have for reading alone.
#ifndef LIBIPC_FUTEX_H
#define LIBIPC_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

#define FUTEX_MAX_WORDS 128

struct futex_word {
    const _Atomic uint32_t *word;
    uint32_t seen;
};

/// Sleeps until somebody wakes one of the words, for as long as all of them are as `seen`, until
/// `deadline_ns` (CLOCK_MONOTONIC; 0: no deadline). May return early.
void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns);

/// Wakes all who sleep on a word of the caller's own.
void futex_wake(_Atomic uint32_t *word);

#endif
