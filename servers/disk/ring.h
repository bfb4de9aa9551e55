// The io_uring of engine.c, apart so that a test can try what it refuses.
#ifndef DISK_RING_H
#define DISK_RING_H

#include <liburing.h>
#include <oolong/types.h>

// Makes a ring of `num` entries that does nothing but read and write (and flush and punch holes
// into) `fd`. 0, or a negative errno.
int ring_open(struct io_uring *ring, unsigned num, int fd, bool read_only);

#endif
