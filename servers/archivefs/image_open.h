// Opening the archive's file: how it is compressed, and whether another archive follows it.
#ifndef ARCHIVEFS_IMAGE_OPEN_H
#define ARCHIVEFS_IMAGE_OPEN_H

#include "image.h"

// Examines a file. On failure `error_text` says why.
//
// ERR_UNAVAILABLE: not a regular file, empty, unreadable, or compressed over and over.
__mustuse error_t image_open(struct image *image, int fd, char error_text[ERROR_TEXT_LEN]);
void image_close(struct image *image);

// Opens the archive, compressed or not, that follows `end`, the end of an uncompressed archive, and
// any zeros behind it. It becomes `image->next`, which image_close() closes too.
//
// ERR_NOT_FOUND: nothing follows, or nothing that can be examined. ERR_NO_MEMORY.
__mustuse error_t image_open_next(struct image *image, uint64_t end);
void image_close_next(struct image *image);

// The position, at or before `offset`, where a source for it would start.
uint64_t image_nearest(const struct image *image, uint64_t offset);

#endif
