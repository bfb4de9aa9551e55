// The archive's file. All access is by pread(2), so any number of readers can share the descriptor.
#ifndef ARCHIVEFS_IMAGE_H
#define ARCHIVEFS_IMAGE_H

#include <oolong/types.h>
#include <sys/types.h>

#define ERROR_TEXT_LEN 256
#define PADDING_MAX    (64u * 1024 * 1024) // as many zeros behind an archive belong to it
#define ZIP_END_LEN    22u // of the record that ends a zip archive, without its comment

struct gzip_points;

enum image_kind {
    IMAGE_PLAIN,    // not compressed, can be read anywhere
    IMAGE_GZIP,     // can be read from points that an earlier pass noted
    IMAGE_FILTERED, // another compression, or several; only from the start
};

struct image {
    int fd;        // not owned
    uint64_t base; // where it begins in the file; offsets count from there
    uint64_t size; // without the comment of a zip archive
    enum image_kind kind;
    uint64_t expands_max;       // more decompressed bytes than this are an error
    struct gzip_points *points; // IMAGE_GZIP: noted by a source that was opened for it
    struct image *next;         // the archive behind it, from image_open_next()
};

// Reads `len` bytes with pread(2). Returns the number of bytes, fewer only at the end of the file,
// or ERR_UNAVAILABLE.
ssize_t image_pread(const struct image *image, void *buf, size_t len, uint64_t offset);

#endif
