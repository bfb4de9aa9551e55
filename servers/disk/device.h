// The file or block device behind `blk`: what it is, found out before the role's filter is there.
#ifndef DISK_DEVICE_H
#define DISK_DEVICE_H

#include <oolong/types.h>
#include "blkcheck.h"

#define DEVICE_ERROR_LEN 160

struct device {
    int fd;
    struct blkdev blk;
    // Transfers begin and end at a multiple of this, and so does the memory that they use: 512, or
    // 4096 where O_DIRECT wants that.
    uint32_t align;
    bool direct;
};

// Looks at an open descriptor, takes the file's lock and switches O_DIRECT on where that works
// (not at all without `want_direct`). A descriptor that was opened for reading makes a read-only
// device. What is left of the file after its last whole sector is not part of the device.
//
// ERR_NOT_ACCEPTABLE: neither a regular file nor a block device, or shorter than a sector.
// ERR_IN_USE: another process has it, and still had it after `wait_ms`. ERR_UNAVAILABLE: a system
// call failed. `error_text` then says why.
__mustuse error_t device_open(struct device *dev, int fd, bool want_direct, unsigned wait_ms,
                              char error_text[DEVICE_ERROR_LEN]);

// Lets transfers begin and end at multiples of `align` bytes, a power of two, or of what the device
// needs if that is more. False: the device is not a whole number of those.
__mustuse bool device_widen(struct device *dev, uint32_t align);

#endif
