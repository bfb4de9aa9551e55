// Checks of requests, shared by all servers of `blk`. Clients are hostile: no request makes a
// computation here overflow.
#ifndef COMMON_BLKCHECK_H
#define COMMON_BLKCHECK_H

#include <oolong/types.h>

struct blkdev {
    uint64_t num_sectors; // of BLK_SECTOR_SIZE bytes
    bool read_only;
};

// Whether all of `num` sectors, from `sector` on, are on the device.
bool blkcheck_range(const struct blkdev *dev, offset_t sector, uint64_t num);

// Checks a request before it is served. Returns OK, or the error that blk.idl names.
__mustuse error_t blkcheck_read(const struct blkdev *dev, offset_t sector, uint64_t num);
__mustuse error_t blkcheck_write(const struct blkdev *dev, offset_t sector, size_t data_len);
__mustuse error_t blkcheck_discard(const struct blkdev *dev, offset_t sector, uint64_t num);

#endif
