// Reads members by walking from header to header.
#ifndef ARCHIVEFS_CURSOR_H
#define ARCHIVEFS_CURSOR_H

#include "index.h"
#include "reading.h"

struct cursors;

struct cursors *cursors_create(struct reader *reader);
void cursors_free(struct cursors *cursors);

// As reader_read().
__mustuse error_t cursors_read(struct cursors *cursors, const struct inode *inode, uint64_t offset,
                               void *buf, size_t len);

#endif
