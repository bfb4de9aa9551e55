// Checks of requests, for servers of `blk`.
#include "blkcheck.h"
#include <oolong/config.h>
#include <oolong/message.h>

bool blkcheck_range(const struct blkdev *dev, offset_t sector, uint64_t num)
{
    return sector <= dev->num_sectors && num <= dev->num_sectors - sector;
}

error_t blkcheck_read(const struct blkdev *dev, offset_t sector, uint64_t num)
{
    if (!blkcheck_range(dev, sector, num))
        return ERR_INVALID_ARG;
    return num > CONFIG_OOL_BUFFER_LEN / BLK_SECTOR_SIZE ? ERR_TOO_LARGE : OK;
}

error_t blkcheck_write(const struct blkdev *dev, offset_t sector, size_t data_len)
{
    if (data_len % BLK_SECTOR_SIZE != 0 || !blkcheck_range(dev, sector, data_len / BLK_SECTOR_SIZE))
        return ERR_INVALID_ARG;
    return dev->read_only ? ERR_NOT_PERMITTED : OK;
}

error_t blkcheck_discard(const struct blkdev *dev, offset_t sector, uint64_t num)
{
    if (!blkcheck_range(dev, sector, num))
        return ERR_INVALID_ARG;
    return dev->read_only ? ERR_NOT_PERMITTED : OK;
}
