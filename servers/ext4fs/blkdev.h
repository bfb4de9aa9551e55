// The device that serves `blk`.
#ifndef EXT4FS_BLKDEV_H
#define EXT4FS_BLKDEV_H

#include "device.h"

// Looks the server up. `*read_only` becomes true when it only reads.
//
// As ipc_lookup().
__mustuse error_t blkdev_open(struct device *device, bool *read_only);

#endif
