// What a file system is on: bytes that are read and written. blkdev.c has one of `blk` messages,
// tests have memory.
#ifndef EXT4FS_DEVICE_H
#define EXT4FS_DEVICE_H

#include <oolong/types.h>

#define DEVICE_SECTOR 512u

// Offsets and lengths are multiples of DEVICE_SECTOR. All of it is read or written, or it is an
// error: ERR_INVALID_ARG beyond the end, else whatever went wrong.
struct device {
    void *arg;
    error_t (*read)(void *arg, uint64_t offset, void *data, size_t len);
    error_t (*write)(void *arg, uint64_t offset, const void *data, size_t len);
    // Returns when what was written is on the medium.
    error_t (*flush)(void *arg);
};

#endif
