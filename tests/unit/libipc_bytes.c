// Tests the helpers in <types.h>, <bitmap.h>, <endian.h> and <string.h>, which come in addition to
// the C library's.

#include <bitmap.h>
#include <config.h>
#include <endian.h>
#include <idl.h>
#include <message.h>
#include <print_macros.h>
#include <string.h>
#include <types.h>
#include <vprintf.h>
#include "run_tests.h"

START_TEST(bitmap_sets_and_clears_single_bits)
{
    uint8_t map[BITMAP_SIZE(20)];
    ck_assert_uint_eq(sizeof(map), 3);
    ck_assert_uint_eq(BITMAP_SIZE(0), 0);
    ck_assert_uint_eq(BITMAP_SIZE(8), 1);
    ck_assert_uint_eq(BITMAP_SIZE(9), 2);
    bitmap_fill(map, sizeof(map), 0);
    for (size_t i = 0; i < 24; i++) {
        bitmap_set(map, sizeof(map), i);
        for (size_t k = 0; k < 24; k++)
            ck_assert_int_eq(bitmap_get(map, sizeof(map), k), k == i);
        bitmap_clear(map, sizeof(map), i);
    }
    bitmap_fill(map, sizeof(map), 1);
    bitmap_clear(map, sizeof(map), 9);
    for (size_t k = 0; k < 24; k++)
        ck_assert_int_eq(bitmap_get(map, sizeof(map), k), k != 9);
}
END_TEST

START_TEST(bitmap_stays_within_the_map)
{
    uint8_t map[3] = {0, 0, 0x5a};
    bitmap_fill(map, 2, 1);
    bitmap_set(map, 2, 16);
    bitmap_clear(map, 2, 17);
    bitmap_set(map, 2, SIZE_MAX);
    ck_assert_int_eq(bitmap_get(map, 2, 17), 0);
    ck_assert_int_eq(bitmap_get(map, 2, SIZE_MAX), 0);
    ck_assert_uint_eq(map[2], 0x5a);
}
END_TEST

START_TEST(endian_helpers_agree_with_the_c_library)
{
    ck_assert_uint_eq(swap16(0x1234), 0x3412);
    ck_assert_uint_eq(swap32(0x12345678), 0x78563412);
    ck_assert_uint_eq(swap64(0x123456789abcdef0), 0xf0debc9a78563412);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t x = i * 0x9e3779b97f4a7c15;
        ck_assert_uint_eq(hton16((uint16_t)x), htobe16((uint16_t)x));
        ck_assert_uint_eq(hton32((uint32_t)x), htobe32((uint32_t)x));
        ck_assert_uint_eq(ntoh16((uint16_t)x), be16toh((uint16_t)x));
        ck_assert_uint_eq(ntoh32((uint32_t)x), be32toh((uint32_t)x));
        ck_assert_uint_eq(into_le16((uint16_t)x), htole16((uint16_t)x));
        ck_assert_uint_eq(into_le32((uint32_t)x), htole32((uint32_t)x));
        ck_assert_uint_eq(into_le64(x), htole64(x));
        ck_assert_uint_eq(from_le16((uint16_t)x), le16toh((uint16_t)x));
        ck_assert_uint_eq(from_le32((uint32_t)x), le32toh((uint32_t)x));
        ck_assert_uint_eq(from_le64(x), le64toh(x));
    }
}
END_TEST

START_TEST(strncpy2_always_terminates)
{
    char buf[6];
    static const struct {
        const char *src;
        size_t size;
        const char *result;
    } table[] = {{"", 6, ""},    {"abc", 6, "abc"}, {"abcde", 6, "abcde"}, {"abcdef", 6, "abcde"},
                 {"abc", 1, ""}, {"abc", 2, "a"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        memset(buf, 'x', sizeof(buf));
        ck_assert_ptr_eq(strncpy2(buf, table[i].src, table[i].size), buf);
        ck_assert_str_eq(buf, table[i].result);
        if (table[i].size < sizeof(buf))
            ck_assert_int_eq(buf[table[i].size], 'x');
    }
    strncpy2(buf, "abc", 0);
    ck_assert_int_eq(buf[0], 'a'); // left by the last row: nothing was written
    bzero(buf, sizeof(buf));
    ck_assert_mem_eq(buf, "\0\0\0\0\0\0", 6);
}
END_TEST

START_TEST(macros_of_types_evaluate_once)
{
    int a = 1, b = 5;
    ck_assert_int_eq(MIN(a++, b++), 1);
    ck_assert_int_eq(MAX(a++, b++), 6);
    ck_assert_int_eq(a, 3);
    ck_assert_int_eq(b, 7);
    ck_assert_uint_eq(ALIGN_UP(4097ul, PAGE_SIZE), 8192);
    ck_assert_uint_eq(ALIGN_UP(4096ul, PAGE_SIZE), 4096);
    ck_assert_uint_eq(ALIGN_UP(0ul, PAGE_SIZE), 0);
    ck_assert_uint_eq(ALIGN_DOWN(8191ul, PAGE_SIZE), 4096);
    // A 64-bit value is not cut to the type of the alignment.
    ck_assert_uint_eq(ALIGN_DOWN((uint64_t)0x1234567890abc, 4096), 0x1234567890000);
    ck_assert(IS_ALIGNED(8192, PAGE_SIZE) && !IS_ALIGNED(8193, PAGE_SIZE));
    ck_assert(IS_OK(OK) && IS_OK(7) && IS_ERROR(ERR_NO_MEMORY) && !IS_OK(DONT_REPLY));
}
END_TEST

static error_t pass_on(error_t err, int *reached)
{
    OK_OR_RETURN(err);
    ++*reached;
    return 3;
}

START_TEST(ok_or_return_returns_errors_alone)
{
    int reached = 0;
    ck_assert_int_eq(pass_on(ERR_EMPTY, &reached), ERR_EMPTY);
    ck_assert_int_eq(reached, 0);
    ck_assert_int_eq(pass_on(5, &reached), 3);
    ck_assert_int_eq(reached, 1);
}
END_TEST

RUN_TESTS("bytes", bitmap_sets_and_clears_single_bits, bitmap_stays_within_the_map,
          endian_helpers_agree_with_the_c_library, strncpy2_always_terminates,
          macros_of_types_evaluate_once, ok_or_return_returns_errors_alone)
