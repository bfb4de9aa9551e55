// The archive's file: how it is compressed, and sources, each one pass over its decompressed bytes.
// All access is by pread(2), so that any number of sources read the same descriptor.
#ifndef ARCHIVEFS_IMAGE_H
#define ARCHIVEFS_IMAGE_H

#include <oolong/types.h>
#include <sys/types.h>

#define ERROR_TEXT_LEN 256
#define PADDING_MAX    (64u * 1024 * 1024) // so many zeros behind an archive belong to it still
#define ZIP_END_LEN    22u // of the record that ends a zip archive, without its comment

struct gzip_points;
struct source;

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

// Looks at a file. On failure `error_text` says why.
//
// ERR_UNAVAILABLE: not a regular file, empty, unreadable, or compressed over and over.
__mustuse error_t image_open(struct image *image, int fd, char error_text[ERROR_TEXT_LEN]);
void image_close(struct image *image);

// Looks at what follows behind `end`, the end of an archive that is not compressed, and zeros
// behind that: another one, compressed or not. It becomes `image->next`, which image_close() closes
// too.
//
// ERR_NOT_FOUND: nothing, or nothing that can be looked at. ERR_NO_MEMORY.
__mustuse error_t image_open_next(struct image *image, uint64_t end);
void image_close_next(struct image *image);

// Where a source for `offset` would start: at or before it.
uint64_t image_nearest(const struct image *image, uint64_t offset);

// Opens a source at image_nearest(offset). `note` has it note points where later sources can start;
// only for a whole pass from the start. NULL: out of memory, or the file cannot be read.
struct source *source_open(struct image *image, uint64_t offset, bool note);
void source_close(struct source *source);

// The decompressed position of the next byte.
uint64_t source_pos(const struct source *source);

// Gives the next bytes, valid until the next call. Returns how many, 0 at the end, or a negative
// error: ERR_UNAVAILABLE: the file is corrupt, truncated or unreadable: see source_error().
ssize_t source_read(struct source *source, const void **data);

// Moves. IMAGE_PLAIN only; positions beyond the end count as the end.
void source_seek(struct source *source, uint64_t offset);

// Why source_read() failed.
const char *source_error(const struct source *source);

// pread(2) of all of `len` bytes. Returns how many there were, fewer only at the end of the file,
// or ERR_UNAVAILABLE.
ssize_t image_pread(const struct image *image, void *buf, size_t len, uint64_t offset);

#endif
