// A source is one pass over the decompressed bytes of an archive, for any compression.
#ifndef ARCHIVEFS_SOURCE_H
#define ARCHIVEFS_SOURCE_H

#include "image.h"

struct source;

// Opens a source at image_nearest(offset). With `note`, it notes points where later sources can
// start, which needs a whole pass from the start. NULL: out of memory, or the file cannot be read.
struct source *source_open(struct image *image, uint64_t offset, bool note);
void source_close(struct source *source);

// The decompressed position of the next byte.
uint64_t source_pos(const struct source *source);

// Gets the next bytes, which are valid until the next call. Returns the number of bytes, 0 at the
// end, or ERR_UNAVAILABLE: the file is corrupt, truncated or unreadable; see source_error().
ssize_t source_read(struct source *source, const void **data);

// Goes to a position; one beyond the end becomes the end. For IMAGE_PLAIN only.
void source_seek(struct source *source, uint64_t offset);

// Why source_read() failed.
const char *source_error(const struct source *source);

#endif
