// Tests which requests servers of `blk` refuse. The tables have sectors and lengths at every edge
// of the device and of the number range.
#include "blkcheck.h"
#include "run_tests.h"
#include <check.h>
#include <stdlib.h>
#include <oolong/message.h>

#define NUM 1000u
#define CAP (CONFIG_OOL_BUFFER_LEN / BLK_SECTOR_SIZE)

static const struct blkdev small = {NUM, false};
static const struct blkdev locked = {NUM, true};
static const struct blkdev large = {UINT64_MAX / BLK_SECTOR_SIZE, false};

static const struct {
    uint64_t sector, num;
    bool good;
} ranges[] = {
    {0, 0, true},           {0, 1, true},
    {0, NUM, true},         {0, NUM + 1, false},
    {NUM - 1, 1, true},     {NUM - 1, 2, false},
    {NUM, 0, true},         {NUM, 1, false},
    {NUM + 1, 0, false},    {1, UINT64_MAX, false},
    {UINT64_MAX, 0, false}, {UINT64_MAX, 1, false},
    {UINT64_MAX, 2, false}, {UINT64_MAX - NUM, NUM + 1, false},
    {1, 1ull << 63, false}, {1ull << 63, 1ull << 63, false},
    {1ull << 55, 0, false},
};

START_TEST(requests_beyond_the_end_are_refused)
{
    error_t wanted = ranges[_i].good ? OK : ERR_INVALID_ARG;
    ck_assert_int_eq(blkcheck_range(&small, ranges[_i].sector, ranges[_i].num), ranges[_i].good);
    ck_assert_int_eq(blkcheck_read(&small, ranges[_i].sector, ranges[_i].num), wanted);
    ck_assert_int_eq(blkcheck_discard(&small, ranges[_i].sector, ranges[_i].num), wanted);
    if (ranges[_i].num <= NUM + 1)
        ck_assert_int_eq(
            blkcheck_write(&small, ranges[_i].sector, ranges[_i].num * BLK_SECTOR_SIZE), wanted);
}
END_TEST

START_TEST(writes_are_whole_sectors)
{
    for (size_t len = 0; len <= 2 * BLK_SECTOR_SIZE; len++)
        ck_assert_int_eq(blkcheck_write(&small, 0, len),
                         len % BLK_SECTOR_SIZE == 0 ? OK : ERR_INVALID_ARG);
    ck_assert_int_eq(blkcheck_write(&small, 0, SIZE_MAX), ERR_INVALID_ARG);
    ck_assert_int_eq(blkcheck_write(&large, 0, SIZE_MAX - (BLK_SECTOR_SIZE - 1)), OK);
}
END_TEST

START_TEST(reads_over_the_payload_limit_are_refused)
{
    ck_assert_int_eq(blkcheck_read(&large, 0, CAP), OK);
    ck_assert_int_eq(blkcheck_read(&large, 7, CAP + 1), ERR_TOO_LARGE);
    ck_assert_int_eq(blkcheck_read(&large, 0, large.num_sectors), ERR_TOO_LARGE);
    ck_assert_int_eq(blkcheck_discard(&large, 0, large.num_sectors), OK);
}
END_TEST

START_TEST(read_only_devices_are_only_read)
{
    ck_assert_int_eq(blkcheck_read(&locked, 0, 1), OK);
    ck_assert_int_eq(blkcheck_write(&locked, 0, BLK_SECTOR_SIZE), ERR_NOT_PERMITTED);
    ck_assert_int_eq(blkcheck_write(&locked, 0, 0), ERR_NOT_PERMITTED);
    ck_assert_int_eq(blkcheck_write(&locked, NUM, BLK_SECTOR_SIZE), ERR_INVALID_ARG);
    ck_assert_int_eq(blkcheck_discard(&locked, 0, 1), ERR_NOT_PERMITTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blkcheck");
    TCase *tcase = tcase_create("blkcheck");
    tcase_add_loop_test(tcase, requests_beyond_the_end_are_refused, 0,
                        (int)(sizeof(ranges) / sizeof(ranges[0])));
    tcase_add_test(tcase, writes_are_whole_sectors);
    tcase_add_test(tcase, reads_over_the_payload_limit_are_refused);
    tcase_add_test(tcase, read_only_devices_are_only_read);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
