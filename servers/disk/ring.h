// The io_uring of engine.c, in a file of its own so that a test can try what it refuses.
#ifndef DISK_RING_H
#define DISK_RING_H

#include <liburing.h>
#include <oolong/types.h>

// Makes a ring of `num` entries that can only read, write and flush `fd`, and punch holes into it.
// Returns 0, or a negative errno.
int ring_open(struct io_uring *ring, unsigned num, int fd, bool read_only);

#endif
