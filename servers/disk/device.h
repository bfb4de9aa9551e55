// The file or block device behind `blk`. It is examined before the sandbox.
#ifndef DISK_DEVICE_H
#define DISK_DEVICE_H

#include <oolong/types.h>
#include "blkcheck.h"

#define DEVICE_ERROR_LEN 160

struct device {
    int fd;
    struct blkdev blk;
    // The alignment of transfers and of their memory: 512, or 4096 if O_DIRECT needs that.
    uint32_t align;
    bool direct;
};

// Looks at an open descriptor, takes the file's lock and switches O_DIRECT on where that works
// (never without `want_direct`). A descriptor that is open for reading makes a read-only device.
// Bytes of the file behind its last whole sector are not part of the device.
//
// ERR_NOT_ACCEPTABLE: neither a regular file nor a block device, or shorter than a sector.
// ERR_IN_USE: another process has it, and still had it after `wait_ms`. ERR_UNAVAILABLE: a system
// call failed. `error_text` then says why.
__mustuse error_t device_open(struct device *dev, int fd, bool want_direct, unsigned wait_ms,
                              char error_text[DEVICE_ERROR_LEN]);

// Sets the alignment of transfers to `align` bytes, a power of two, or more if the device needs
// more. False: the size of the device is not a multiple of it.
__mustuse bool device_widen(struct device *dev, uint32_t align);

#endif
