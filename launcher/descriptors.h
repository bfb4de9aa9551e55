// Makes memory of a fixed size, and channels that carry no descriptors.
#ifndef LAUNCHER_DESCRIPTORS_H
#define LAUNCHER_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

// Memory of a fixed size. Without `ro`, there is no read-only descriptor. False: see errno.
bool make_memfd(const char *name, size_t size, int *rw, int *ro);

// Makes the kernel refuse packets with descriptors at this end of a channel: their sender gets
// EPERM. False: the kernel is older than that (Linux 6.16), and the receiver has to look.
bool refuse_fds(int end);
bool fds_are_refused(void); // whether the kernel can

#endif
