// The device that serves `blk`.
#ifndef EXT4FS_BLKDEV_H
#define EXT4FS_BLKDEV_H

#include "device.h"

// Looks the server up. Sets `*read_only` if the device cannot be written.
//
// As ipc_lookup().
__mustuse error_t blkdev_open(struct device *device, bool *read_only);

#endif
