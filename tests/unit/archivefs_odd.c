// Archives that are odd but not damaged: holes, no members, comments, code pages, several archives
// in one file. And archives whose contents never end.
#include "archivefs_support.h"
#include "reader.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct image image;
static struct scan_result scan;
static char why[ERROR_TEXT_LEN];

static int file_of(const void *bytes, size_t len)
{
    int fd = memfd_create("archive", 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

// Appends a file's bytes to another file.
static void append(int fd, int other)
{
    char buf[4096];
    ssize_t n;
    ck_assert_int_ge(lseek(fd, 0, SEEK_END), 0);
    ck_assert_int_eq(lseek(other, 0, SEEK_SET), 0);
    while ((n = read(other, buf, sizeof(buf))) > 0)
        ck_assert_int_eq(write(fd, buf, (size_t)n), n);
    close(other);
}

static int empty_archive(int format)
{
    struct writer writer = writer_begin(&(struct kind){"empty", format, ARCHIVE_FILTER_NONE});
    return writer_end(&writer);
}

static void close_scan(int fd)
{
    index_free(scan.index);
    image_close(&image);
    close(fd);
}

// The reason for which a file is refused.
static const char *refusal(int fd)
{
    if (image_open(&image, fd, why) != OK)
        return why;
    ck_assert_int_eq(scan_image(&image, &scan), ERR_UNAVAILABLE);
    image_close(&image);
    return scan.error;
}

// --- Holes --------------------------------------------------------------------------------------

static void write_sparse(struct writer *writer, const char *path, size_t size, size_t data_at)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, (la_int64_t)size);
    size_t len = data_at < size ? 512 : 0;
    if (len > 0)
        archive_entry_sparse_add_entry(entry, (la_int64_t)data_at, (la_int64_t)len);
    archive_entry_sparse_add_entry(entry, (la_int64_t)size, 0);
    ck_assert_int_eq(archive_write_header(writer->archive, entry), ARCHIVE_OK);
    // The writer leaves out the bytes in holes.
    uint8_t *data = calloc(1, size);
    memset(data + data_at, 'x', len);
    ck_assert_int_eq(archive_write_data(writer->archive, data, size), (la_ssize_t)size);
    free(data);
    archive_entry_free(entry);
}

static void check_bytes(struct reader *reader, const char *path, size_t size, size_t data_at)
{
    const struct inode *inode = must_find(scan.index, path);
    ck_assert_uint_eq(inode->size, size);
    uint8_t *data = malloc(size);
    size_t num_wrong = 0;
    error_t err = reader_read(reader, inode, 0, data, size);
    ck_assert_msg(err == OK, "%s: %s", path, reader_error(reader));
    for (size_t i = 0; i < size; i++)
        num_wrong += data[i] != (i >= data_at && i < data_at + 512 ? 'x' : 0);
    ck_assert_uint_eq(num_wrong, 0);
    free(data);
}

START_TEST(holes_are_zeros_wherever_they_are)
{
    static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ};
    static const size_t sizes[] = {4096, 1u << 20};
    struct writer writer =
        writer_begin(&(struct kind){"tar", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, filters[_i]});
    char path[32];
    for (size_t i = 0; i < 2; i++) {
        for (size_t at = 0; at <= sizes[i]; at += sizes[i] / 4) {
            snprintf(path, sizeof(path), "%zu-%zu", sizes[i], at);
            write_sparse(&writer, path, sizes[i], at);
        }
    }
    int fd = writer_end(&writer);
    scan_ok(fd, &image, &scan);
    struct reader *reader = reader_create(&image, &scan);
    for (size_t i = 0; i < 2; i++) {
        for (size_t at = 0; at <= sizes[i]; at += sizes[i] / 4) {
            snprintf(path, sizeof(path), "%zu-%zu", sizes[i], at);
            check_bytes(reader, path, sizes[i], at);
        }
    }
    reader_free(reader);
    close_scan(fd);
}
END_TEST

// --- Names --------------------------------------------------------------------------------------

START_TEST(names_that_cannot_be_cost_themselves_and_are_counted)
{
    static char target[70001];
    struct writer writer =
        writer_begin(&(struct kind){"tar", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE});
    memset(target, 't', sizeof(target) - 1);
    writer_file(&writer, "ok", "yes", 3);
    writer_symlink(&writer, "long", target);
    writer_file(&writer, "..", "no", 2);
    writer_hardlink(&writer, "self", "self");
    writer_hardlink(&writer, "self", "self");
    writer_symlink(&writer, "round", "round");
    int fd = writer_end(&writer);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(scan.num_skipped, 3);
    ck_assert_uint_eq(scan.index->nodes[0].num_children, 2);
    ck_assert_uint_eq(must_find(scan.index, "/ok")->size, 3);
    close_scan(fd);
}
END_TEST

// --- No members, and several archives -----------------------------------------------------------

START_TEST(empty_archives_are_empty_trees)
{
    static const int formats[] = {
        ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_CPIO_POSIX,
        ARCHIVE_FORMAT_CPIO_SVR4_NOCRC,    ARCHIVE_FORMAT_7ZIP,       ARCHIVE_FORMAT_ZIP,
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        int fd = empty_archive(formats[i]);
        scan_ok(fd, &image, &scan);
        ck_assert_uint_eq(scan.num_members + scan.num_skipped + scan.index->num_nodes, 1);
        ck_assert(!scan.has_more);
        close_scan(fd);
    }
    int fd = file_of("!<arch>\n", 8);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(scan.index->num_nodes, 1);
    close_scan(fd);
}
END_TEST

// A disk image may begin with zeros, for example.
START_TEST(zeros_before_something_else_are_no_archive)
{
    static char bytes[8192];
    bytes[_i] = 'x';
    int fd = file_of(bytes, sizeof(bytes));
    ck_assert_ptr_nonnull(strstr(refusal(fd), "no archive"));
    close(fd);
}
END_TEST

static int cpio_of(const struct kind *kind, const char *path, const char *content)
{
    struct writer writer = writer_begin(kind);
    writer_file(&writer, "same", content, strlen(content));
    writer_file(&writer, path, content, strlen(content));
    return writer_end(&writer);
}

static void check_content(struct reader *reader, const char *path, const char *content)
{
    char have[64] = "";
    const struct inode *inode = must_find(scan.index, path);
    ck_assert_uint_eq(inode->size, strlen(content));
    ck_assert_int_eq(reader_read(reader, inode, 0, have, inode->size), OK);
    ck_assert_str_eq(have, content);
}

// An initial file system is made like this: archives with different compressions, and padding
// between them.
START_TEST(cpio_archives_behind_each_other_are_one_tree)
{
    static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ,
                                  ARCHIVE_FILTER_ZSTD};
    static const char padding[1024];
    const struct kind *plain = &archive_kinds[6];
    struct kind last = {"cpio", plain->format, filters[_i]};
    int fd = cpio_of(plain, "first", "one");
    ck_assert_int_eq(write(fd, padding, sizeof(padding)), sizeof(padding));
    append(fd, cpio_of(plain, "second", "two!"));
    append(fd, cpio_of(&last, "third", "three"));
    scan_ok(fd, &image, &scan);
    ck_assert(!scan.has_more);
    struct reader *reader = reader_create(&image, &scan);
    for (int i = 0; i < 2; i++) {
        check_content(reader, "/first", "one");
        check_content(reader, "/second", "two!");
        check_content(reader, "/third", "three");
        check_content(reader, "/same", "three");
    }
    reader_free(reader);
    close_scan(fd);
}
END_TEST

START_TEST(what_follows_a_cpio_archive_and_is_none_is_told)
{
    struct kind gz = archive_kinds[7];
    int fd = cpio_of(&archive_kinds[6], "first", "one");
    ck_assert_int_eq(write(fd, "trailing text", 13), 13);
    scan_ok(fd, &image, &scan);
    ck_assert(scan.has_more && !image.next);
    must_find(scan.index, "/first");
    close_scan(fd);
    fd = cpio_of(&gz, "first", "one");
    append(fd, cpio_of(&gz, "second", "two"));
    scan_ok(fd, &image, &scan);
    ck_assert(scan.has_more);
    close_scan(fd);
}
END_TEST

START_TEST(damage_in_a_later_cpio_archive_is_an_error)
{
    int fd = cpio_of(&archive_kinds[6], "first", "one");
    off_t end = lseek(fd, 0, SEEK_END);
    append(fd, cpio_of(&archive_kinds[6], "second", "two"));
    ck_assert_int_eq(ftruncate(fd, end + 200), 0);
    ck_assert_str_ne(refusal(fd), "");
    close(fd);
}
END_TEST

// --- Zip ----------------------------------------------------------------------------------------

static int zip_with_comment(size_t len, bool with_file)
{
    static char comment[65535];
    struct writer writer = writer_begin(&archive_kinds[5]);
    if (with_file)
        writer_file(&writer, "file", "content", 7);
    int fd = writer_end(&writer);
    uint8_t field[2] = {(uint8_t)len, (uint8_t)(len >> 8)};
    off_t end = lseek(fd, 0, SEEK_END);
    memset(comment, 'c', sizeof(comment));
    ck_assert_int_eq(pwrite(fd, field, 2, end - 2), 2);
    ck_assert_int_eq(pwrite(fd, comment, len, end), (ssize_t)len);
    return fd;
}

START_TEST(comments_of_zip_archives_have_any_length)
{
    static const size_t lens[] = {0, 1, 16362, 16363, 40000, 65535};
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        int fd = zip_with_comment(lens[i], _i);
        scan_ok(fd, &image, &scan);
        ck_assert_uint_eq(scan.index->nodes[0].num_children, _i);
        close_scan(fd);
    }
}
END_TEST

// A streamed member with an unknown method, whose length follows its contents.
START_TEST(member_without_a_length_costs_itself)
{
    static const uint8_t odd[] = "PK\3\4\x14\0\x08\0\x63\0\0\0\0\0" // method 99
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0odddata"
                                 "PK\7\x08\1\2\3\4\4\0\0\0\4\0\0\0";
    struct writer zip = writer_begin(&archive_kinds[5]);
    writer_file(&zip, "file", "content", 7);
    int plain = file_of(odd, sizeof(odd) - 1);
    append(plain, writer_end(&zip));
    size_t len = (size_t)lseek(plain, 0, SEEK_END);
    char *bytes = malloc(len);
    ck_assert_int_eq(pread(plain, bytes, len, 0), (ssize_t)len);
    struct writer gz =
        writer_begin(&(struct kind){"zip.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP});
    writer_file(&gz, "data", bytes, len);
    int fd = writer_end(&gz);
    scan_ok(fd, &image, &scan);
    ck_assert_uint_eq(must_find(scan.index, "/file")->size, 7);
    ck_assert_uint_eq(scan.num_skipped, 1);
    free(bytes);
    close(plain);
    close_scan(fd);
}
END_TEST

// --- Code pages ---------------------------------------------------------------------------------

static uint16_t crc16(const uint8_t *bytes, size_t len)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
    }
    return crc;
}

// An LHA archive of level 2 with one stored byte, whose name is in a code page.
static int lha_in(unsigned page, const char *name)
{
    uint8_t bytes[64] = {0, 0, '-', 'l', 'h', '0', '-', 1, 0, 0, 0, 1};
    size_t len = strlen(name), at = 24;
    uint16_t crc = crc16((const uint8_t *)"x", 1);
    memcpy(&bytes[19], "\x20\2", 2);
    memcpy(&bytes[21], &crc, 2);
    bytes[23] = 'U';
    memcpy(&bytes[at], "\5\0\0\0\0", 5); // the header's checksum
    at += 5;
    bytes[at] = (uint8_t)(len + 3);
    bytes[at + 2] = 1;
    memcpy(&bytes[at + 3], name, len);
    at += len + 3;
    memcpy(&bytes[at], "\7\0\x46", 3);
    memcpy(&bytes[at + 3], &page, 4);
    at += 7 + 2;
    bytes[0] = (uint8_t)at;
    crc = crc16(bytes, at);
    memcpy(&bytes[27], &crc, 2);
    bytes[at] = 'x';
    return file_of(bytes, at + 2);
}

START_TEST(names_in_code_pages_become_utf8)
{
    static const struct {
        unsigned page;
        const char *in, *out;
    } rows[] = {
        {932, "\x83\x65\x2e\x63", "/\u30c6.c"},
        {437, "\x84.c", "/\u00e4.c"},
        {1251, "\xe6.c", "/\u0436.c"},
        {65001, "\xc3\xa9.c", "/\u00e9.c"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = lha_in(rows[i].page, rows[i].in);
        scan_ok(fd, &image, &scan);
        ck_assert_uint_eq(must_find(scan.index, rows[i].out)->size, 1);
        close_scan(fd);
    }
}
END_TEST

START_TEST(code_page_that_is_not_loaded_is_refused_by_name)
{
    static const unsigned pages[] = {37, 1047, 4711, 0xffffffff};
    char name[16];
    int fd = lha_in(pages[_i], "\x84.c");
    snprintf(name, sizeof(name), "CP%d", (int)pages[_i]);
    ck_assert_msg(strstr(refusal(fd), name) != NULL, "%s", scan.error);
    close(fd);
}
END_TEST

// --- Endless contents ---------------------------------------------------------------------------

START_TEST(compression_over_and_over_is_refused)
{
    int fd = zip_with_comment(0, true);
    for (int layers = 1; layers <= 5; layers++) {
        size_t len = (size_t)lseek(fd, 0, SEEK_END);
        char *bytes = malloc(len);
        ck_assert_int_eq(pread(fd, bytes, len, 0), (ssize_t)len);
        close(fd);
        struct writer gz =
            writer_begin(&(struct kind){"gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP});
        writer_file(&gz, "data", bytes, len);
        free(bytes);
        fd = writer_end(&gz);
        if (layers <= 3)
            scan_ok(fd, &image, &scan);
        else
            ck_assert_ptr_nonnull(strstr(refusal(fd), "times over"));
        if (layers <= 3)
            close_scan(dup(fd));
    }
    close(fd);
}
END_TEST

START_TEST(what_expands_without_end_is_refused)
{
    static char data[1u << 20];
    static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2};
    struct writer writer =
        writer_begin(&(struct kind){"tar", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, filters[_i]});
    writer_file(&writer, "zeros", data, sizeof(data));
    int fd = writer_end(&writer);
    ck_assert_int_eq(image_open(&image, fd, why), OK);
    ck_assert_uint_ge(image.expands_max, 16ull << 30);
    image.expands_max = sizeof(data);
    ck_assert_int_eq(scan_image(&image, &scan), ERR_UNAVAILABLE);
    ck_assert_msg(strstr(scan.error, "without end") != NULL, "%s", scan.error);
    image_close(&image);
    close(fd);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_loop_test(cases, holes_are_zeros_wherever_they_are, 0, 3);
    tcase_add_test(cases, names_that_cannot_be_cost_themselves_and_are_counted);
    tcase_add_test(cases, empty_archives_are_empty_trees);
    tcase_add_loop_test(cases, zeros_before_something_else_are_no_archive, 1024, 1025);
    tcase_add_loop_test(cases, zeros_before_something_else_are_no_archive, 8191, 8192);
    tcase_add_loop_test(cases, cpio_archives_behind_each_other_are_one_tree, 0, 4);
    tcase_add_test(cases, what_follows_a_cpio_archive_and_is_none_is_told);
    tcase_add_test(cases, damage_in_a_later_cpio_archive_is_an_error);
    tcase_add_loop_test(cases, comments_of_zip_archives_have_any_length, 0, 2);
    tcase_add_test(cases, member_without_a_length_costs_itself);
    tcase_add_test(cases, names_in_code_pages_become_utf8);
    tcase_add_loop_test(cases, code_page_that_is_not_loaded_is_refused_by_name, 0, 4);
    tcase_add_test(cases, compression_over_and_over_is_refused);
    tcase_add_loop_test(cases, what_expands_without_end_is_refused, 0, 2);
}

int main(void)
{
    return run_suite("archivefs_odd", add);
}
