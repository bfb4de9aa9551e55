// Reads the contents of members, in any order.
//
// There are two ways. If the content is a range of the decompressed bytes, direct.c reads it from
// the nearest place where decompression can start. Otherwise libarchive walks from header to header
// (cursor.c). Both keep several places open for sequential reads of several files, and store small
// pieces on the way in a bounded cache.
#ifndef ARCHIVEFS_READER_H
#define ARCHIVEFS_READER_H

#include "image.h"
#include "scan.h"

struct reader;

// Reads members of `image` as `scan` found them. NULL: out of memory. `image` stays the caller's
// and must outlive the reader.
struct reader *reader_create(struct image *image, const struct scan_result *scan);
void reader_free(struct reader *reader);

// Reads exactly `len` bytes at `offset`, all within the file's size.
//
// ERR_UNAVAILABLE: the content is corrupt or cannot be read: see reader_error(). ERR_NO_MEMORY.
__mustuse error_t reader_read(struct reader *reader, const struct inode *inode, uint64_t offset,
                              void *buf, size_t len);

// Why the last reader_read() failed.
const char *reader_error(const struct reader *reader);

#endif
