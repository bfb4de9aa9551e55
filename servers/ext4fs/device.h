// The device of a file system. blkdev.c implements it with `blk` messages, tests with memory.
#ifndef EXT4FS_DEVICE_H
#define EXT4FS_DEVICE_H

#include <oolong/types.h>

#define DEVICE_SECTOR 512u

// Offsets and lengths are multiples of DEVICE_SECTOR. A call reads or writes all bytes, or fails.
// ERR_INVALID_ARG: beyond the end. Other errors are the device's.
struct device {
    void *arg;
    error_t (*read)(void *arg, uint64_t offset, void *data, size_t len);
    error_t (*write)(void *arg, uint64_t offset, const void *data, size_t len);
    // Returns when all earlier writes are on the medium.
    error_t (*flush)(void *arg);
};

#endif
