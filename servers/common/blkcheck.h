// What servers of `blk` check of each request, the same for all of them. Clients are hostile:
// nothing here overflows whatever they ask for.
#ifndef COMMON_BLKCHECK_H
#define COMMON_BLKCHECK_H

#include <oolong/types.h>

struct blkdev {
    uint64_t num_sectors; // of BLK_SECTOR_SIZE bytes
    bool read_only;
};

// Whether `num` sectors from `sector` on are all on the device.
bool blkcheck_range(const struct blkdev *dev, offset_t sector, uint64_t num);

// The answer to a request before anything is done for it: OK, or the error that blk.idl says.
__mustuse error_t blkcheck_read(const struct blkdev *dev, offset_t sector, uint64_t num);
__mustuse error_t blkcheck_write(const struct blkdev *dev, offset_t sector, size_t data_len);
__mustuse error_t blkcheck_discard(const struct blkdev *dev, offset_t sector, uint64_t num);

#endif
