// Contents, in any order and in pieces of any size.
#include "archivefs_support.h"
#include "reader.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUM_FILES 40
#define LARGE     (1536 * 1024 + 12345)

static struct image image;
static struct scan_result scan;
static struct reader *reader;
static int fd;

static size_t len_of_file(unsigned i)
{
    static const size_t lens[] = {0, 1, 511, 512, 513, 4096, 65536, 100000, 300000};
    return i == 17 ? LARGE : lens[i % 9];
}

static void open_sample(const struct kind *kind)
{
    struct writer writer = writer_begin(kind);
    for (unsigned i = 0; i < NUM_FILES; i++) {
        char path[32];
        snprintf(path, sizeof(path), "dir%u/file%u", i % 3, i);
        uint8_t *data = make_content(i, len_of_file(i));
        writer_file(&writer, path, data, len_of_file(i));
        free(data);
    }
    fd = writer_end(&writer);
    scan_ok(fd, &image, &scan);
    reader = reader_create(&image, &scan);
    ck_assert_ptr_nonnull(reader);
}

static void close_sample(void)
{
    reader_free(reader);
    index_free(scan.index);
    image_close(&image);
    close(fd);
}

// Reads `len` bytes of file `i` at `offset` and compares.
static void check_piece(unsigned i, size_t offset, size_t len)
{
    char path[32];
    snprintf(path, sizeof(path), "dir%u/file%u", i % 3, i);
    const struct inode *inode = must_find(scan.index, path);
    ck_assert_uint_eq(inode->size, len_of_file(i));
    uint8_t *expected = make_content(i, len_of_file(i)), *buf = malloc(len + 1);
    error_t err = reader_read(reader, inode, offset, buf, len);
    ck_assert_msg(err == OK, "%s: %s", path, reader_error(reader));
    ck_assert_msg(memcmp(buf, &expected[offset], len) == 0, "%s at %zu", path, offset);
    free(buf);
    free(expected);
}

START_TEST(files_are_read_in_the_archives_order)
{
    open_sample(&archive_kinds[_i]);
    for (unsigned i = 0; i < NUM_FILES; i++)
        check_piece(i, 0, len_of_file(i));
    close_sample();
}
END_TEST

START_TEST(files_are_read_backwards)
{
    open_sample(&archive_kinds[_i]);
    for (unsigned i = NUM_FILES; i-- > 0;)
        check_piece(i, 0, len_of_file(i));
    close_sample();
}
END_TEST

START_TEST(pieces_are_read_at_random)
{
    uint32_t state = 99;
    open_sample(&archive_kinds[_i]);
    for (int round = 0; round < 100; round++) {
        state = state * 1664525u + 1013904223u;
        unsigned i = round % 4 == 0 ? 17 : (state >> 8) % NUM_FILES;
        size_t len = len_of_file(i);
        size_t offset = len > 0 ? (state >> 4) % len : 0;
        check_piece(i, offset, MIN(len - offset, (size_t)70000));
    }
    close_sample();
}
END_TEST

START_TEST(two_files_are_read_side_by_side)
{
    open_sample(&archive_kinds[_i]);
    for (size_t at = 0; at < LARGE; at += 100000) {
        check_piece(17, at, MIN((size_t)100000, LARGE - at));
        if (at < 300000)
            check_piece(35, at, 100000);
    }
    close_sample();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, files_are_read_in_the_archives_order, 0, NUM_ARCHIVE_KINDS);
    tcase_add_loop_test(cases, files_are_read_backwards, 0, NUM_ARCHIVE_KINDS);
    tcase_add_loop_test(cases, pieces_are_read_at_random, 0, NUM_ARCHIVE_KINDS);
    tcase_add_loop_test(cases, two_files_are_read_side_by_side, 0, NUM_ARCHIVE_KINDS);
}

int main(void)
{
    return run_suite("archivefs_reader", add);
}
