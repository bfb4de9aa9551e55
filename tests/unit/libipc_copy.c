// Tests libipc/copy.h: the bytes are the same wherever source and target are in their pages.

#include <stdint.h>
#include <string.h>
#include "copy.h"
#include "run_tests.h"

#define PAGE    4096u
#define MAX_LEN (5 * PAGE)
#define MARGIN  64u

static uint8_t source[2 * PAGE + MAX_LEN] __attribute__((aligned(PAGE)));
static uint8_t target[2 * PAGE + MAX_LEN] __attribute__((aligned(PAGE)));

// Fills memory so that no two pages are equal.
static void fill(void)
{
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof(source); i++) {
        x = x * 1664525 + 1013904223;
        source[i] = (uint8_t)(x >> 24);
    }
}

static void check_copy(void (*copy)(void *, const void *, size_t), size_t to, size_t from,
                       size_t len)
{
    memset(target, 0xa5, sizeof(target));
    copy(target + to, source + from, len);
    ck_assert_msg(memcmp(target + to, source + from, len) == 0, "to %zu from %zu len %zu", to, from,
                  len);
    for (size_t i = 0; i < MARGIN; i++) {
        ck_assert_uint_eq(target[to - 1 - i], 0xa5);
        ck_assert_uint_eq(target[to + len + i], 0xa5);
    }
}

START_TEST(a_copy_is_exact_wherever_the_two_sides_stand)
{
    static const size_t froms[] = {64, 65, 80, 2000, 4090};
    static const size_t pasts[] = {0, 1, 2, 15, 16, 30, 31, 32, 33, 2048, 4064, 4080, 4095};
    static const size_t lens[] = {0,   1,    15,   63,   64,   127,  128,  129,           191,
                                  192, 2048, 4095, 4096, 4097, 4223, 4224, MAX_LEN - PAGE};
    fill();
    for (size_t f = 0; f < sizeof(froms) / sizeof(froms[0]); f++)
        for (size_t p = 0; p < sizeof(pasts) / sizeof(pasts[0]); p++)
            for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++) {
                check_copy(copy_payload, froms[f] + pasts[p], froms[f], lens[l]);
                check_copy(copy_past_caches, froms[f] + pasts[p], froms[f], lens[l]);
            }
}
END_TEST

START_TEST(no_bytes_may_come_from_nowhere)
{
    uint8_t byte = 7;
    copy_payload(&byte, NULL, 0);
    copy_past_caches(&byte, NULL, 0);
    ck_assert_uint_eq(byte, 7);
}
END_TEST

RUN_TESTS("copy", a_copy_is_exact_wherever_the_two_sides_stand, no_bytes_may_come_from_nowhere)
