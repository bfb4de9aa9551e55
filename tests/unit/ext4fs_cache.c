// Tests the cache of blocks on a device that counts its calls, records which blocks were written,
// and can fail.
#include "cache.h"
#include "run_tests.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK      1024u
#define NUM_BLOCKS (24u * 1024)
#define CLEAN_MAX  (16u * 1024) // the most clean blocks that are kept
#define DIRECT     128u         // from this number on, blocks bypass the cache
#define WRITES_MAX 64
#define NO_BLOCK   UINT64_MAX

static uint8_t bytes[NUM_BLOCKS * BLOCK];
static unsigned num_reads, num_writes;
static struct {
    uint64_t block;
    size_t count;
} writes[WRITES_MAX];
static uint64_t bad_block = NO_BLOCK; // reads and writes of this block fail
static struct cache *cache;

static error_t check_range(uint64_t offset, size_t len)
{
    ck_assert_uint_eq(offset % BLOCK, 0);
    ck_assert_uint_eq(len % BLOCK, 0);
    if (offset > sizeof(bytes) || len > sizeof(bytes) - offset)
        return ERR_INVALID_ARG;
    bool is_bad = bad_block >= offset / BLOCK && bad_block < (offset + len) / BLOCK;
    return is_bad ? ERR_UNAVAILABLE : OK;
}

static error_t read_device(void *arg, uint64_t offset, void *data, size_t len)
{
    (void)arg;
    num_reads++;
    OK_OR_RETURN(check_range(offset, len));
    memcpy(data, &bytes[offset], len);
    return OK;
}

static error_t write_device(void *arg, uint64_t offset, const void *data, size_t len)
{
    (void)arg;
    OK_OR_RETURN(check_range(offset, len));
    if (num_writes < WRITES_MAX) {
        writes[num_writes].block = offset / BLOCK;
        writes[num_writes].count = len / BLOCK;
    }
    num_writes++;
    memcpy(&bytes[offset], data, len);
    return OK;
}

static error_t flush_device(void *arg)
{
    (void)arg;
    return OK;
}

static void setup(void)
{
    static const struct device device = {
        .read = read_device, .write = write_device, .flush = flush_device};
    cache = cache_create(&device);
    ck_assert_ptr_nonnull(cache);
}

static void teardown(void)
{
    cache_destroy(cache);
}

// Makes `count` blocks that are filled with one byte. The caller frees them.
static uint8_t *filled(size_t count, int byte)
{
    uint8_t *data = malloc(count * BLOCK);
    ck_assert_ptr_nonnull(data);
    memset(data, byte, count * BLOCK);
    return data;
}

static void put(uint64_t block, size_t count, int byte, enum block_class class)
{
    uint8_t *data = filled(count, byte);
    ck_assert_int_eq(cache_write(cache, block, count, data, class), OK);
    free(data);
}

// The first byte of a block. All other bytes must be equal to it.
static int get(uint64_t block)
{
    uint8_t data[BLOCK];
    ck_assert_int_eq(cache_read(cache, block, 1, data), OK);
    ck_assert_int_eq(memcmp(data, data + 1, BLOCK - 1), 0);
    return data[0];
}

static void check_flush(enum block_class class)
{
    ck_assert_int_eq(cache_flush(cache, class), OK);
    ck_assert_uint_eq(cache_num_dirty(cache, class), 0);
}

START_TEST(what_was_read_is_kept)
{
    memset(&bytes[5 * BLOCK], 'a', BLOCK);
    ck_assert_int_eq(get(5), 'a');
    memset(&bytes[5 * BLOCK], 'b', BLOCK); // the cache does not see this write
    ck_assert_int_eq(get(5), 'a');
    ck_assert_uint_eq(num_reads, 1);
}
END_TEST

START_TEST(reads_join_what_is_here_and_what_is_not)
{
    uint8_t data[8 * BLOCK];
    for (int i = 0; i < 8; i++)
        memset(&bytes[i * BLOCK], 'a' + i, BLOCK);
    put(2, 1, 'X', BLOCK_META);
    put(5, 2, 'Y', BLOCK_DATA);
    num_reads = 0;
    ck_assert_int_eq(cache_read(cache, 0, 8, data), OK);
    const char *expected = "abXdeYYh";
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(data[i * BLOCK], expected[i]);
    ck_assert_uint_eq(num_reads, 3); // the blocks before, between and after
}
END_TEST

START_TEST(what_is_written_stays_until_its_class_is_flushed)
{
    put(7, 1, 'm', BLOCK_META);
    put(8, 1, 'd', BLOCK_DATA);
    ck_assert_uint_eq(num_writes, 0);
    ck_assert_int_eq(get(7), 'm');
    ck_assert_int_eq(get(8), 'd');
    check_flush(BLOCK_DATA);
    ck_assert_int_eq(bytes[8 * BLOCK], 'd');
    ck_assert_int_eq(bytes[7 * BLOCK], 0);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 1);
    check_flush(BLOCK_META);
    ck_assert_int_eq(bytes[7 * BLOCK], 'm');
    ck_assert_uint_eq(num_writes, 2);
    check_flush(BLOCK_META); // no dirty block is left
    ck_assert_uint_eq(num_writes, 2);
}
END_TEST

START_TEST(flush_is_in_order_and_joins_neighbours)
{
    static const uint64_t blocks[] = {90, 12, 10, 14, 11};
    for (size_t i = 0; i < 5; i++)
        put(blocks[i], 1, (int)blocks[i], BLOCK_META);
    uint64_t *dirty = cache_dirty_blocks(cache, BLOCK_META);
    for (size_t i = 1; i < 5; i++)
        ck_assert_uint_lt(dirty[i - 1], dirty[i]);
    free(dirty);
    check_flush(BLOCK_META);
    ck_assert_uint_eq(num_writes, 3);
    ck_assert_uint_eq(writes[0].block, 10);
    ck_assert_uint_eq(writes[0].count, 3);
    ck_assert_uint_eq(writes[1].block, 14);
    ck_assert_uint_eq(writes[2].block, 90);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(bytes[blocks[i] * BLOCK], (int)blocks[i]);
}
END_TEST

START_TEST(metadata_that_is_as_it_was_is_not_dirty)
{
    memset(&bytes[3 * BLOCK], 'x', BLOCK);
    put(3, 1, 'x', BLOCK_META);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 0);
    ck_assert_int_eq(cache_patch(cache, 3 * BLOCK + 9, "xxx", 3), OK);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 0);
    put(3, 1, 'y', BLOCK_META);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 1);
}
END_TEST

// A flush of data does not write a block that must go through the journal.
START_TEST(metadata_stays_metadata_whoever_writes_it)
{
    put(4, 1, 'm', BLOCK_META);
    put(4, 1, 'd', BLOCK_DATA);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 1);
    check_flush(BLOCK_DATA);
    ck_assert_uint_eq(num_writes, 0);
    ck_assert_int_eq(cache_peek(cache, 4)[0], 'd');
    put(6, 1, 'd', BLOCK_DATA);
    put(6, 1, 'm', BLOCK_META);
    check_flush(BLOCK_DATA);
    ck_assert_uint_eq(num_writes, 0);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 2);
}
END_TEST

START_TEST(large_data_goes_past_and_is_not_older_in_here)
{
    put(100, 1, 'a', BLOCK_DATA);
    put(101, 1, 'b', BLOCK_META);
    ck_assert_int_eq(get(102), 0);
    put(100, DIRECT, 'L', BLOCK_DATA);
    ck_assert_uint_eq(num_writes, 1);
    ck_assert_int_eq(bytes[100 * BLOCK], 'L');
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_DATA), 0);
    for (uint64_t block = 100; block < 103; block++)
        ck_assert_int_eq(get(block), 'L');
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 1); // the journal has not written it yet
    check_flush(BLOCK_META);
    ck_assert_int_eq(bytes[101 * BLOCK], 'L');
    put(300, DIRECT - 1, 's', BLOCK_DATA);
    ck_assert_int_eq(bytes[300 * BLOCK], 0);
}
END_TEST

START_TEST(patch_changes_bytes_and_no_others)
{
    uint8_t data[3 * BLOCK], expected[3 * BLOCK];
    for (size_t i = 0; i < sizeof(data); i++)
        bytes[20 * BLOCK + i] = expected[i] = (uint8_t)(i * 7);
    memset(&expected[BLOCK - 3], 'p', BLOCK + 5);
    uint8_t *patch = filled(2, 'p');
    ck_assert_int_eq(cache_patch(cache, 21 * BLOCK - 3, patch, BLOCK + 5), OK);
    free(patch);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 3);
    ck_assert_int_eq(cache_read(cache, 20, 3, data), OK);
    ck_assert_mem_eq(data, expected, sizeof(data));
    check_flush(BLOCK_META);
    ck_assert_mem_eq(&bytes[20 * BLOCK], expected, sizeof(expected));
}
END_TEST

START_TEST(clean_blocks_make_room_in_the_order_of_their_last_use)
{
    put(NUM_BLOCKS - 1, 1, 'd', BLOCK_META);
    for (uint64_t block = 0; block < CLEAN_MAX; block++)
        ck_assert_int_eq(get(block), 0);
    ck_assert_int_eq(get(0), 0); // block 0 is used again
    ck_assert_int_eq(get(CLEAN_MAX), 0);
    num_reads = 0;
    ck_assert_int_eq(get(0), 0);
    ck_assert_int_eq(get(2), 0);
    ck_assert_uint_eq(num_reads, 0);
    ck_assert_int_eq(get(1), 0); // block 1 was dropped
    ck_assert_uint_eq(num_reads, 1);
    ck_assert_int_eq(get(NUM_BLOCKS - 1), 'd');
    ck_assert_uint_eq(num_reads, 1);
}
END_TEST

START_TEST(much_dirty_data_is_flushed_by_itself)
{
    for (uint64_t block = 0; block < CLEAN_MAX; block += 64)
        put(block, 64, 'd', BLOCK_DATA);
    ck_assert_uint_eq(num_writes, 0);
    put(CLEAN_MAX, 1, 'd', BLOCK_DATA);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_DATA), 0);
    for (uint64_t block = 0; block <= CLEAN_MAX; block++)
        ck_assert_int_eq(bytes[block * BLOCK], 'd');
    put(CLEAN_MAX + 1, 1, 'm', BLOCK_META);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 1);
}
END_TEST

START_TEST(what_could_not_be_written_is_still_dirty)
{
    put(10, 1, 'a', BLOCK_META);
    put(20, 1, 'b', BLOCK_META);
    put(30, 1, 'c', BLOCK_META);
    bad_block = 20;
    ck_assert_int_eq(cache_flush(cache, BLOCK_META), ERR_UNAVAILABLE);
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 2);
    ck_assert_int_eq(get(20), 'b');
    bad_block = NO_BLOCK;
    check_flush(BLOCK_META);
    ck_assert_int_eq(bytes[20 * BLOCK], 'b');
    ck_assert_int_eq(bytes[30 * BLOCK], 'c');
}
END_TEST

START_TEST(what_could_not_be_read_is_not_here)
{
    uint8_t data[2 * BLOCK];
    memset(&bytes[10 * BLOCK], 'a', BLOCK);
    bad_block = 10;
    ck_assert_int_eq(cache_read(cache, 10, 1, data), ERR_UNAVAILABLE);
    ck_assert_int_eq(cache_read(cache, 9, 2, data), ERR_UNAVAILABLE);
    ck_assert_int_eq(cache_patch(cache, 10 * BLOCK, "x", 1), ERR_UNAVAILABLE);
    bad_block = NO_BLOCK;
    ck_assert_int_eq(get(10), 'a');
    ck_assert_uint_eq(cache_num_dirty(cache, BLOCK_META), 0);
}
END_TEST

START_TEST(blocks_beyond_the_device_are_errors)
{
    static const uint64_t far[] = {NUM_BLOCKS, UINT64_MAX / BLOCK, UINT64_MAX / 2, UINT64_MAX};
    uint8_t data[BLOCK] = {0};
    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        ck_assert_int_eq(cache_read(cache, far[i], 1, data), ERR_INVALID_ARG);
        ck_assert_int_eq(cache_device_write(cache, far[i], data, 1), ERR_INVALID_ARG);
    }
}
END_TEST

START_TEST(size_of_blocks_changes_when_nothing_is_dirty)
{
    static const size_t bad[] = {0, 512, 1023, 3072, 131072};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(cache_set_block_size(cache, bad[i]), ERR_INVALID_ARG);
    ck_assert_int_eq(get(1), 0);
    put(8, 1, 'm', BLOCK_META);
    ck_assert_int_eq(cache_set_block_size(cache, 4096), ERR_IN_USE);
    ck_assert_int_eq(cache_set_block_size(cache, 1024), OK);
    check_flush(BLOCK_META);
    ck_assert_int_eq(cache_set_block_size(cache, 4096), OK);
    uint8_t data[4096];
    ck_assert_int_eq(cache_read(cache, 2, 1, data), OK);
    ck_assert_int_eq(data[0], 'm'); // block 2 of the new size is where block 8 was
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ext4fs_cache");
    TCase *tcase = tcase_create("ext4fs_cache");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_was_read_is_kept);
    tcase_add_test(tcase, reads_join_what_is_here_and_what_is_not);
    tcase_add_test(tcase, what_is_written_stays_until_its_class_is_flushed);
    tcase_add_test(tcase, flush_is_in_order_and_joins_neighbours);
    tcase_add_test(tcase, metadata_that_is_as_it_was_is_not_dirty);
    tcase_add_test(tcase, metadata_stays_metadata_whoever_writes_it);
    tcase_add_test(tcase, large_data_goes_past_and_is_not_older_in_here);
    tcase_add_test(tcase, patch_changes_bytes_and_no_others);
    tcase_add_test(tcase, clean_blocks_make_room_in_the_order_of_their_last_use);
    tcase_add_test(tcase, much_dirty_data_is_flushed_by_itself);
    tcase_add_test(tcase, what_could_not_be_written_is_still_dirty);
    tcase_add_test(tcase, what_could_not_be_read_is_not_here);
    tcase_add_test(tcase, blocks_beyond_the_device_are_errors);
    tcase_add_test(tcase, size_of_blocks_changes_when_nothing_is_dirty);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
