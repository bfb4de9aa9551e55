// Archives for tests.
#include "archivefs_support.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "prepare.h"
#include "run_tests.h"

const struct kind archive_kinds[NUM_ARCHIVE_KINDS] = {
    {"tar", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_NONE},
    {"tar.gz", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_GZIP},
    {"tar.xz", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_XZ},
    {"tar.zst", ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_ZSTD},
    {"tar.bz2", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_BZIP2},
    {"zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
    {"cpio", ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FILTER_NONE},
    {"cpio.gz", ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FILTER_GZIP},
    {"7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
    {"iso", ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE},
};

struct writer writer_begin(const struct kind *kind)
{
    struct writer writer = {.archive = archive_write_new(), .fd = memfd_create("archive", 0)};
    ck_assert_int_ge(writer.fd, 0);
    ck_assert_int_eq(archive_write_set_format(writer.archive, kind->format), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_add_filter(writer.archive, kind->filter), ARCHIVE_OK);
    // These options are fast, and most files of this kind are like that.
    archive_write_set_filter_option(writer.archive, NULL, "compression-level", "1");
    archive_write_set_format_option(writer.archive, "7zip", "compression", "deflate");
    ck_assert_int_eq(archive_write_open_fd(writer.archive, writer.fd), ARCHIVE_OK);
    return writer;
}

static struct archive_entry *new_entry(const char *path, unsigned type, unsigned mode)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, (__LA_MODE_T)mode);
    archive_entry_set_size(entry, 0);
    archive_entry_set_mtime(entry, 1600000000, 0);
    return entry;
}

static void write_entry(struct writer *writer, struct archive_entry *entry)
{
    int result = archive_write_header(writer->archive, entry);
    ck_assert_msg(result >= ARCHIVE_WARN, "%s", archive_error_string(writer->archive));
    archive_entry_free(entry);
}

void writer_file(struct writer *writer, const char *path, const void *data, size_t len)
{
    struct archive_entry *entry = new_entry(path, AE_IFREG, 0640);
    archive_entry_set_size(entry, (la_int64_t)len);
    write_entry(writer, entry);
    ck_assert_int_eq(archive_write_data(writer->archive, data, len), (la_ssize_t)len);
}

void writer_directory(struct writer *writer, const char *path)
{
    write_entry(writer, new_entry(path, AE_IFDIR, 0750));
}

void writer_symlink(struct writer *writer, const char *path, const char *target)
{
    struct archive_entry *entry = new_entry(path, AE_IFLNK, 0777);
    archive_entry_set_symlink(entry, target);
    write_entry(writer, entry);
}

void writer_hardlink(struct writer *writer, const char *path, const char *target)
{
    struct archive_entry *entry = new_entry(path, AE_IFREG, 0640);
    archive_entry_set_hardlink(entry, target);
    write_entry(writer, entry);
}

int writer_end(struct writer *writer)
{
    ck_assert_int_eq(archive_write_close(writer->archive), ARCHIVE_OK);
    archive_write_free(writer->archive);
    return writer->fd;
}

uint8_t *make_content(unsigned seed, size_t len)
{
    uint8_t *data = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(data);
    uint32_t state = seed * 2654435761u + 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = i / 1024 % 2 ? (uint8_t)(state >> 24) : (uint8_t)seed;
    }
    return data;
}

void scan_ok(int fd, struct image *image, struct scan_result *scan)
{
    char error_text[ERROR_TEXT_LEN] = "";
    ck_assert_msg(image_open(image, fd, error_text) == OK, "%s", error_text);
    ck_assert_msg(scan_image(image, scan) == OK, "%s", scan->error);
}

const struct inode *must_find(const struct index *index, const char *path)
{
    uint32_t node;
    ck_assert_msg(index_find(index, path, true, &node) == OK, "%s is not found", path);
    return index_inode(index, node);
}

int run_suite(const char *name, void (*add)(TCase *))
{
    archive_prepare();
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 60);
    add(cases);
    suite_add_tcase(suite, cases);
    return run_check(suite);
}
