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

/// Sleeps if all words equal their `seen`, until a task wakes one of the words, or until
/// `deadline_ns` of CLOCK_MONOTONIC (0: no deadline). May return early.
void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns);

/// Wakes all tasks that sleep on `word`, which the caller can write.
void futex_wake(_Atomic uint32_t *word);

#endif
