// The random numbers of a mutator: the same seed gives the same numbers.
#ifndef TESTS_FUZZ_RND_H
#define TESTS_FUZZ_RND_H

#include <stdbool.h>
#include <stdint.h>

static uint64_t rnd_state = 1;

static inline void rnd_seed(unsigned seed)
{
    rnd_state = seed * 0x9e3779b97f4a7c15u + 1;
}

/// A number from 0 to `below` - 1.
static inline uint32_t rnd(uint32_t below)
{
    rnd_state ^= rnd_state << 13;
    rnd_state ^= rnd_state >> 7;
    rnd_state ^= rnd_state << 17;
    return (uint32_t)((rnd_state >> 32) * below >> 32);
}

/// True once in `n` times on average.
static inline bool one_in(uint32_t n)
{
    return rnd(n) == 0;
}

#endif
