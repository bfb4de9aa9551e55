// The board: a file that every task of a chaos suite and the driver outside have mapped. Tasks
// write what they do, so that the driver can tell which tasks a fault concerns without sending a
// message.
#ifndef CHAOS_BOARD_H
#define CHAOS_BOARD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#define BOARD_ROLES        32
#define BOARD_FIRST_VICTIM 8 // lower roles are never victims: the nurse and the unrelated pairs

#define BOARD_ENDS    32
#define BOARD_BUCKETS 128 // two for each power of two nanoseconds

// The record of one role of the suite file. Each life of a role is another task.
struct board_role {
    _Atomic int32_t task;      // the task in this role, once its main has begun
    _Atomic uint32_t lives;    // how many tasks have had this role
    _Atomic uint64_t progress; // pieces of work that all of them have done
    _Atomic uint64_t wait;     // counts beginnings and ends of waits: odd while it waits
    _Atomic int32_t waits_for; // the task that it waits for
    // The role's last waits that ended because the peer ended.
    struct {
        _Atomic uint64_t wait; // the value of `wait` during the wait, odd
        _Atomic uint64_t at_ns;
    } ends[BOARD_ENDS];
    _Atomic uint64_t slowest_ns;          // its longest wait
    _Atomic uint32_t took[BOARD_BUCKETS]; // waits in each bucket; see board_bucket()
    _Atomic uint32_t aborted;             // waits that ended because the peer ended
    _Atomic uint32_t odd;                 // waits that ended with an unexpected error
    _Atomic int32_t odd_error;            // the last of those errors
    _Atomic uint32_t corrupt;             // payloads that differ from those sent
    _Atomic uint32_t lost;                // messages missing in a sequence
};

struct board {
    _Atomic uint32_t stop; // the pairs pause, so that both sides can be compared
    _Atomic uint32_t seed;
    struct board_role roles[BOARD_ROLES];
};

static inline uint64_t board_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline unsigned board_bucket(uint64_t ns)
{
    unsigned bit = 63 - (unsigned)__builtin_clzll(ns | 2);
    return 2 * bit + (ns >> (bit - 1) & 1);
}

// The longest time that falls into a bucket.
static inline uint64_t board_bucket_ns(unsigned bucket)
{
    return (uint64_t)(3 + bucket % 2) << (bucket / 2 - 1);
}

// splitmix64: the next number of the sequence whose state is `*state`.
static inline uint64_t board_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// The word at `at` of the payload that belongs to `seed`.
static inline uint64_t board_word(size_t at, uint64_t seed)
{
    return (at + seed * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
}

static inline void board_fill(void *data, size_t len, uint64_t seed)
{
    uint8_t *p = (uint8_t *)data;
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = board_word(at, seed);
        memcpy(p + at, &word, len - at < 8 ? len - at : 8);
    }
}

static inline int board_matches(const void *data, size_t len, uint64_t seed)
{
    const uint8_t *p = (const uint8_t *)data;
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = board_word(at, seed);
        if (memcmp(p + at, &word, len - at < 8 ? len - at : 8))
            return 0;
    }
    return 1;
}

#endif
