// Archives for tests, written by libarchive into memory files.
#ifndef ARCHIVEFS_SUPPORT_H
#define ARCHIVEFS_SUPPORT_H

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <oolong/types.h>
#include "image_open.h"
#include "index.h"
#include "scan.h"

// A format and a compression of libarchive: ARCHIVE_FORMAT_* and ARCHIVE_FILTER_*.
struct kind {
    const char *name;
    int format;
    int filter;
};
extern const struct kind archive_kinds[];
#define NUM_ARCHIVE_KINDS 10

struct writer {
    struct archive *archive;
    int fd;
};

// Begins an archive in a memory file.
struct writer writer_begin(const struct kind *kind);
void writer_file(struct writer *writer, const char *path, const void *data, size_t len);
void writer_directory(struct writer *writer, const char *path);
void writer_symlink(struct writer *writer, const char *path, const char *target);
void writer_hardlink(struct writer *writer, const char *path, const char *target);

// Ends the archive and returns its descriptor, which the caller owns.
int writer_end(struct writer *writer);

// Makes `len` bytes of content, different for each `seed`. Half of the bytes are compressible. The
// caller frees it.
uint8_t *make_content(unsigned seed, size_t len);

// Opens and scans a descriptor. If that fails, the test fails.
void scan_ok(int fd, struct image *image, struct scan_result *scan);

// The inode of a path. If there is none, the test fails.
const struct inode *must_find(const struct index *index, const char *path);

// Runs one suite's cases. Each test's main() returns its result.
int run_suite(const char *name, void (*add)(TCase *));

#endif
