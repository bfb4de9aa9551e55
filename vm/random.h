// Random numbers that a task cannot predict from those that it has seen: SipHash-2-4 of a counter,
// with a key that never leaves vm.
#ifndef VM_RANDOM_H
#define VM_RANDOM_H

#include <stdint.h>

struct random_key {
    uint64_t words[2];
    uint64_t counter;
};

static inline uint64_t random_rotl(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void random_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = random_rotl(v[1], 13) ^ v[0];
    v[0] = random_rotl(v[0], 32);
    v[2] += v[3];
    v[3] = random_rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = random_rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = random_rotl(v[1], 17) ^ v[2];
    v[2] = random_rotl(v[2], 32);
}

/// SipHash-2-4 of the eight bytes of `input`, low byte first.
static inline uint64_t random_siphash(const uint64_t words[2], uint64_t input)
{
    uint64_t v[4] = {words[0] ^ 0x736f6d6570736575, words[1] ^ 0x646f72616e646f6d,
                     words[0] ^ 0x6c7967656e657261, words[1] ^ 0x7465646279746573};
    const uint64_t blocks[2] = {input, (uint64_t)sizeof(input) << 56};
    for (int i = 0; i < 2; i++) {
        v[3] ^= blocks[i];
        random_round(v);
        random_round(v);
        v[0] ^= blocks[i];
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        random_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline uint64_t random_next(struct random_key *key)
{
    return random_siphash(key->words, key->counter++);
}

#endif
