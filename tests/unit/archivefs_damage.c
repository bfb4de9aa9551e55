// Truncated, corrupt and foreign files give an error with a reason or the right contents, and never
// a crash.
#include "archivefs_support.h"
#include "reader.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NUM_FILES 8
#define FILE_LEN  20000

static int write_sample(const struct kind *kind)
{
    struct writer writer = writer_begin(kind);
    for (unsigned i = 0; i < NUM_FILES; i++) {
        char path[32];
        snprintf(path, sizeof(path), "file%u", i);
        uint8_t *data = make_content(i, FILE_LEN);
        writer_file(&writer, path, data, FILE_LEN);
        free(data);
    }
    return writer_end(&writer);
}

static off_t len_of(int fd)
{
    return lseek(fd, 0, SEEK_END);
}

// Opens a file that may be damaged. True: the file was accepted. Checks that all contents that can
// be read are right.
static bool try_all(int fd)
{
    char error_text[ERROR_TEXT_LEN] = "";
    struct image image;
    struct scan_result scan = {.error = ""};
    if (image_open(&image, fd, error_text) != OK) {
        ck_assert_str_ne(error_text, "");
        return false;
    }
    if (scan_image(&image, &scan) != OK) {
        ck_assert_str_ne(scan.error, "");
        ck_assert_ptr_null(scan.index);
        image_close(&image);
        return false;
    }

    struct reader *reader = reader_create(&image, &scan);
    for (uint32_t i = 0; i < scan.index->num_inodes; i++) {
        const struct inode *inode = &scan.index->inodes[i];
        uint8_t buf[FILE_LEN];
        if (inode->kind != INDEX_FILE || inode->size > sizeof(buf))
            continue;
        if (reader_read(reader, inode, 0, buf, inode->size) != OK)
            ck_assert_str_ne(reader_error(reader), "");
    }
    reader_free(reader);
    index_free(scan.index);
    image_close(&image);
    return true;
}

START_TEST(truncated_archives_are_refused)
{
    const struct kind *kind = &archive_kinds[_i];
    static const int percents[] = {1, 10, 33, 50, 75, 90, 95};
    int fd = write_sample(kind);
    off_t len = len_of(fd);
    for (int i = sizeof(percents) / sizeof(percents[0]) - 1; i >= 0; i--) {
        ck_assert_int_eq(ftruncate(fd, len * percents[i] / 100), 0);
        ck_assert_msg(!try_all(fd), "%s cut to %d%% was taken", kind->name, percents[i]);
    }
    close(fd);
}
END_TEST

// Only the missing end mark shows that these archives are truncated.
START_TEST(tar_cut_between_members_is_refused)
{
    struct image image;
    struct scan_result scan;
    int fd = write_sample(&archive_kinds[0]);
    scan_ok(fd, &image, &scan);
    uint64_t end = ALIGN_UP(must_find(scan.index, "file5")->direct_at + FILE_LEN, 512);
    index_free(scan.index);
    image_close(&image);
    ck_assert_int_eq(ftruncate(fd, (off_t)end), 0);
    ck_assert(!try_all(fd));
    close(fd);
}
END_TEST

// A sample tar with more zeros after its end mark than libarchive reads.
static int write_padded_sample(const struct kind *kind)
{
    static uint8_t tar[NUM_FILES * FILE_LEN * 2 + 8 * 1024 * 1024];
    int plain = write_sample(&archive_kinds[0]);
    ck_assert_int_gt(pread(plain, tar, sizeof(tar), 0), NUM_FILES * FILE_LEN);
    close(plain);
    struct writer writer =
        writer_begin(&(struct kind){kind->name, ARCHIVE_FORMAT_RAW, kind->filter});
    writer_file(&writer, "data", tar, sizeof(tar));
    return writer_end(&writer);
}

START_TEST(last_byte_of_a_compressed_archive_counts)
{
    // gzip, xz, zstd and bzip2 in the table of kinds.
    int fd = write_padded_sample(&archive_kinds[_i]);
    ck_assert(try_all(fd));
    ck_assert_int_eq(ftruncate(fd, len_of(fd) - 1), 0);
    ck_assert(!try_all(fd));
    close(fd);
}
END_TEST

START_TEST(flipped_bits_never_crash)
{
    const struct kind *kind = &archive_kinds[_i];
    int fd = write_sample(kind);
    uint64_t len = (uint64_t)len_of(fd), state = 12345;
    for (int round = 0; round < 60; round++) {
        uint8_t byte, flipped;
        state = state * 6364136223846793005u + 1442695040888963407u;
        off_t at = (off_t)((state >> 16) % len);
        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        flipped = byte ^ (uint8_t)(1 << (state >> 60) % 8);
        ck_assert_int_eq(pwrite(fd, &flipped, 1, at), 1);
        bool taken = try_all(fd);
        // The checksums of xz, bzip2 and gzip cover every byte.
        if (kind->filter == ARCHIVE_FILTER_GZIP && at > 12)
            ck_assert_msg(!taken, "%s with byte %lld flipped was taken", kind->name, (long long)at);
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    }
    ck_assert(try_all(fd));
    close(fd);
}
END_TEST

START_TEST(what_is_no_archive_is_refused)
{
    int fd = memfd_create("noise", 0);
    ck_assert(!try_all(fd));
    static char noise[100000];
    ck_assert_int_eq(write(fd, noise, sizeof(noise)), sizeof(noise));
    ck_assert(!try_all(fd));
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)(i * i * 7 >> 3);
    ck_assert_int_eq(pwrite(fd, noise, sizeof(noise), 0), sizeof(noise));
    ck_assert(!try_all(fd));
    close(fd);
    ck_assert(!try_all(STDIN_FILENO + 1000));
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert(!try_all(pipes[0]));
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(corrupt_content_of_a_zip_is_an_error_of_that_file)
{
    struct image image;
    struct scan_result scan;
    uint8_t buf[FILE_LEN];
    int fd = write_sample(&archive_kinds[5]);
    off_t middle = len_of(fd) / 2;
    uint8_t byte;
    ck_assert_int_eq(pread(fd, &byte, 1, middle), 1);
    byte ^= 0xff;
    ck_assert_int_eq(pwrite(fd, &byte, 1, middle), 1);
    scan_ok(fd, &image, &scan);
    struct reader *reader = reader_create(&image, &scan);
    unsigned num_corrupt = 0;
    for (unsigned i = 0; i < NUM_FILES; i++) {
        char path[32];
        snprintf(path, sizeof(path), "file%u", i);
        error_t err = reader_read(reader, must_find(scan.index, path), 0, buf, FILE_LEN);
        ck_assert(err == OK || err == ERR_UNAVAILABLE);
        num_corrupt += err != OK;
    }
    ck_assert_uint_eq(num_corrupt, 1);
    reader_free(reader);
    index_free(scan.index);
    image_close(&image);
    close(fd);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, truncated_archives_are_refused, 0, NUM_ARCHIVE_KINDS);
    tcase_add_test(cases, tar_cut_between_members_is_refused);
    tcase_add_loop_test(cases, last_byte_of_a_compressed_archive_counts, 1, 5);
    tcase_add_loop_test(cases, flipped_bits_never_crash, 0, NUM_ARCHIVE_KINDS);
    tcase_add_test(cases, what_is_no_archive_is_refused);
    tcase_add_test(cases, corrupt_content_of_a_zip_is_an_error_of_that_file);
}

int main(void)
{
    return run_suite("archivefs_damage", add);
}
