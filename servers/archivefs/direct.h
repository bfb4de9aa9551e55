// Reads ranges of the decompressed bytes of an archive.
#ifndef ARCHIVEFS_DIRECT_H
#define ARCHIVEFS_DIRECT_H

#include "reading.h"

struct direct;

struct direct *direct_create(struct reader *reader);
void direct_free(struct direct *direct);

// As reader_read(), of the bytes from `pos` on.
__mustuse error_t direct_read(struct direct *direct, uint64_t pos, void *buf, size_t len);

#endif
