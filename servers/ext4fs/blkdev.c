// A device behind `blk` messages. If its server has ended and was restarted, the caller's request
// is sent again to the new one. Reading or writing the same blocks twice does no harm.
#include "blkdev.h"
#include <idl/blk.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <string.h>

#define PIECE_LEN (1024u * 1024)

static task_t blk;

// Looks up the server again if it has ended, so that the next call goes to the new one.
static void find_again(error_t err)
{
    if (err != ERR_ABORTED && err != ERR_INVALID_TASK)
        return;
    task_t found = ipc_lookup("blk");
    if (IS_OK(found))
        blk = found;
}

static error_t read_piece(uint64_t offset, void *data, size_t len)
{
    void *sectors;
    size_t sectors_len;
    error_t err =
        blk_read(blk, offset / DEVICE_SECTOR, len / DEVICE_SECTOR, &sectors, &sectors_len);
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK) {
        find_again(err);
        err = blk_read(blk, offset / DEVICE_SECTOR, len / DEVICE_SECTOR, &sectors, &sectors_len);
    }
    OK_OR_RETURN(err);
    if (sectors_len == len)
        memcpy(data, sectors, len);
    free(sectors);
    return sectors_len == len ? OK : ERR_UNAVAILABLE;
}

static error_t write_piece(uint64_t offset, const void *data, size_t len)
{
    error_t err = blk_write(blk, offset / DEVICE_SECTOR, data, len);
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK) {
        find_again(err);
        err = blk_write(blk, offset / DEVICE_SECTOR, data, len);
    }
    return err;
}

static error_t read_all(void *arg, uint64_t offset, void *data, size_t len)
{
    (void)arg;
    uint8_t *out = data;
    while (len > 0) {
        size_t num = MIN(len, (size_t)PIECE_LEN);
        OK_OR_RETURN(read_piece(offset, out, num));
        offset += num;
        out += num;
        len -= num;
    }
    return OK;
}

static error_t write_all(void *arg, uint64_t offset, const void *data, size_t len)
{
    (void)arg;
    const uint8_t *in = data;
    while (len > 0) {
        size_t num = MIN(len, (size_t)PIECE_LEN);
        OK_OR_RETURN(write_piece(offset, in, num));
        offset += num;
        in += num;
        len -= num;
    }
    return OK;
}

// A server that does not have this method has nothing to flush.
static error_t flush(void *arg)
{
    (void)arg;
    error_t err = blk_flush(blk);
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK) {
        find_again(err);
        err = blk_flush(blk);
    }
    return err == ERR_NOT_PERMITTED ? OK : err;
}

error_t blkdev_open(struct device *device, bool *read_only)
{
    offset_t num_sectors;
    unsigned sector_size, block_size;
    blk = ipc_lookup("blk");
    if (IS_ERROR(blk))
        return blk;
    *read_only = false;
    error_t err = blk_info(blk, &num_sectors, &sector_size, &block_size, read_only);
    if (IS_OK(err) ? sector_size != DEVICE_SECTOR : err != ERR_NOT_PERMITTED)
        return IS_OK(err) ? ERR_NOT_ACCEPTABLE : err;
    *device = (struct device){.read = read_all, .write = write_all, .flush = flush};
    return OK;
}
