// Reads contents in any order and in pieces of any size.
#include "archivefs_support.h"
#include "reader.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define NUM_FILES 40
#define LARGE     (1536 * 1024 + 12345)

static struct image image;
static struct scan_result scan;
static struct reader *reader;
static int fd;
static uint8_t *contents[NUM_FILES];

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
        contents[i] = make_content(i, len_of_file(i));
        writer_file(&writer, path, contents[i], len_of_file(i));
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
    for (unsigned i = 0; i < NUM_FILES; i++)
        free(contents[i]);
}

// Reads `len` bytes of file `i` at `offset` and compares them with the right ones.
static void check_piece(unsigned i, size_t offset, size_t len)
{
    char path[32];
    snprintf(path, sizeof(path), "dir%u/file%u", i % 3, i);
    const struct inode *inode = must_find(scan.index, path);
    ck_assert_uint_eq(inode->size, len_of_file(i));
    uint8_t *buf = malloc(len + 1);
    error_t err = reader_read(reader, inode, offset, buf, len);
    ck_assert_msg(err == OK, "%s: %s", path, reader_error(reader));
    ck_assert_msg(memcmp(buf, &contents[i][offset], len) == 0, "%s at %zu", path, offset);
    free(buf);
}

// One gzip stream in a memory file.
static int write_gzip(const void *data, size_t len)
{
    struct writer writer =
        writer_begin(&(struct kind){"gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP});
    writer_file(&writer, "data", data, len);
    return writer_end(&writer);
}

// Moves the contents of `piece` to the end of `to`.
static void append(int to, int piece)
{
    off_t len = lseek(piece, 0, SEEK_END), offset = 0;
    lseek(to, 0, SEEK_END);
    while (offset < len)
        ck_assert_int_gt(sendfile(to, piece, &offset, (size_t)(len - offset)), 0);
    close(piece);
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

// A gzip file of several streams, as pigz and bgzip write it. Access points in each stream work.
START_TEST(gzip_streams_in_a_row_are_one)
{
    open_sample(&archive_kinds[0]);
    int plain = fd, joined = memfd_create("joined", 0);
    uint64_t len = image.size, at = 0;
    while (at < len) {
        uint8_t buf[300000];
        ssize_t n = pread(plain, buf, sizeof(buf), (off_t)at);
        ck_assert_int_gt(n, 0);
        int piece = write_gzip(buf, (size_t)n);
        append(joined, piece);
        at += (uint64_t)n;
    }
    reader_free(reader);
    index_free(scan.index);
    image_close(&image);
    close(plain);

    fd = joined;
    scan_ok(fd, &image, &scan);
    ck_assert_int_eq(image.kind, IMAGE_GZIP);
    ck_assert_uint_gt(image_nearest(&image, len), 0);
    reader = reader_create(&image, &scan);
    for (unsigned i = NUM_FILES; i-- > 0;)
        check_piece(i, 0, len_of_file(i));
    close_sample();
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, files_are_read_in_the_archives_order, 0, NUM_ARCHIVE_KINDS);
    tcase_add_loop_test(cases, files_are_read_backwards, 0, NUM_ARCHIVE_KINDS);
    tcase_add_loop_test(cases, pieces_are_read_at_random, 0, NUM_ARCHIVE_KINDS);
    tcase_add_test(cases, gzip_streams_in_a_row_are_one);
    tcase_add_loop_test(cases, two_files_are_read_side_by_side, 0, NUM_ARCHIVE_KINDS);
}

int main(void)
{
    return run_suite("archivefs_reader", add);
}
