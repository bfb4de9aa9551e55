// Copies payloads. Works around two slow cases of memcpy().
//
// On AMD's Zen 3, glibc copies 4 KiB and more with `rep movsb`. That takes 15 to 25 times as long
// when the target's offset in its page is 1 to 31 bytes greater than the source's, because the
// processor takes each load for one that depends on the store before it. (See glibc's bugs 30994
// and 30995. Newer versions of glibc avoid this case.) Large malloc() blocks start 16 bytes into a
// page and rings start on a page, so payload copies hit this case. In this case a loop of plain
// vector stores takes only a third longer than in others.
//
// An ordinary store to memory that is in no cache first reads the whole cache line. A store past
// the caches does not. A copy from memory to memory then moves a third fewer bytes. (Intel's
// optimization manual, "Non-temporal stores".) glibc switches to such stores at 3/4 of the L3 size;
// in a virtual machine that size may be the whole host's.

#include "copy.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <oolong/types.h>

#ifdef __SSE2__
#include <emmintrin.h>

#define PAGE     4096u
#define SLOW_MAX 31u
#define BLOCK    ((size_t)128) // two cache lines
#define LINE     ((size_t)64)

static bool is_slow(const void *to, const void *from, size_t len)
{
    size_t past = ((uintptr_t)to - (uintptr_t)from) % PAGE;
    return len >= PAGE && past >= 1 && past <= SLOW_MAX;
}

// Copies whole cache lines of the target by vectors, and the bytes before and after them by
// memcpy().
static inline __attribute__((always_inline)) void copy_lines(uint8_t *to, const uint8_t *from,
                                                             size_t len, bool past_caches)
{
    size_t at = MIN(-(uintptr_t)to % LINE, len);
    memcpy(to, from, at);
    for (; len - at >= BLOCK; at += BLOCK) {
        __m128i *t = (void *)(to + at);
        const __m128i *f = (const void *)(from + at);
        __m128i v[BLOCK / sizeof(__m128i)];
#pragma GCC unroll 8
        for (unsigned k = 0; k < BLOCK / sizeof(__m128i); k++)
            v[k] = _mm_loadu_si128(f + k);
#pragma GCC unroll 8
        for (unsigned k = 0; k < BLOCK / sizeof(__m128i); k++) {
            if (past_caches)
                _mm_stream_si128(t + k, v[k]);
            else
                _mm_store_si128(t + k, v[k]);
        }
    }
    if (past_caches)
        _mm_sfence(); // without it, later stores could become visible before these
    memcpy(to + at, from + at, len - at);
}

void copy_payload(void *to, const void *from, size_t len)
{
    if (is_slow(to, from, len))
        copy_lines(to, from, len, false);
    else if (len > 0)
        memcpy(to, from, len);
}

void copy_past_caches(void *to, const void *from, size_t len)
{
    if (len > 0)
        copy_lines(to, from, len, true);
}

#else // memcpy() has neither slow case

void copy_payload(void *to, const void *from, size_t len)
{
    if (len > 0)
        memcpy(to, from, len);
}

void copy_past_caches(void *to, const void *from, size_t len)
{
    copy_payload(to, from, len);
}

#endif
