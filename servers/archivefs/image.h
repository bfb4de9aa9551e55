// The archive's file. All access is by pread(2), so that any number of readers use one descriptor.
#ifndef ARCHIVEFS_IMAGE_H
#define ARCHIVEFS_IMAGE_H

#include <oolong/types.h>
#include <sys/types.h>

#define ERROR_TEXT_LEN 256
#define PADDING_MAX    (64u * 1024 * 1024) // so many zeros behind an archive belong to it still
#define ZIP_END_LEN    22u // of the record that ends a zip archive, without its comment

struct gzip_points;

enum image_kind {
    IMAGE_PLAIN,    // not compressed: can be read anywhere
    IMAGE_GZIP,     // can be entered at the points noted by an earlier pass
    IMAGE_FILTERED, // another compression, or several: from the start only
};

struct image {
    int fd;        // not owned
    uint64_t base; // where in the file it begins; offsets are from there
    uint64_t size; // without the comment of a zip archive
    enum image_kind kind;
    uint64_t expands_max;       // more decompressed bytes than this are an error
    struct gzip_points *points; // IMAGE_GZIP: noted by a source that was opened to note them
    struct image *next;         // what image_open_next() found behind it
};

// pread(2) of all of `len` bytes. Returns how many there were, fewer only at the end of the file,
// or ERR_UNAVAILABLE.
ssize_t image_pread(const struct image *image, void *buf, size_t len, uint64_t offset);

#endif
