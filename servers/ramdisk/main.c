// ramdisk: serves `blk` from memory. The argument is its size in bytes, K, M or G: `ramdisk 64M`
// (16M without one).
//
// Sandbox: profile "plain".
#include <config.h>
#include <idl/blk_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "blkcheck.h"

#define DEFAULT_SIZE (16u * 1024 * 1024)
#define MAX_SIZE     (64ull * 1024 * 1024 * 1024)

static uint8_t *disk;
static struct blkdev dev;

static error_t blk_do_read(task_t client, offset_t sector, size_t num_sectors, void **data,
                           size_t *data_len)
{
    (void)client;
    OK_OR_RETURN(blkcheck_read(&dev, sector, num_sectors));
    size_t len = num_sectors * BLK_SECTOR_SIZE;
    *data = malloc(len > 0 ? len : 1);
    if (!*data)
        return ERR_NO_MEMORY;
    memcpy(*data, &disk[sector * BLK_SECTOR_SIZE], len);
    *data_len = len;
    return OK;
}

static error_t blk_do_write(task_t client, offset_t sector, const void *data, size_t data_len)
{
    (void)client;
    OK_OR_RETURN(blkcheck_write(&dev, sector, data_len));
    memcpy(&disk[sector * BLK_SECTOR_SIZE], data, data_len);
    return OK;
}

// Memory is kept for as long as anything here is.
static error_t blk_do_flush(task_t client)
{
    (void)client;
    return OK;
}

// Whole pages go back to the kernel, which gives zeros when they are next touched.
static error_t blk_do_discard(task_t client, offset_t sector, size_t num_sectors)
{
    (void)client;
    OK_OR_RETURN(blkcheck_discard(&dev, sector, num_sectors));
    uint8_t *begin = &disk[sector * BLK_SECTOR_SIZE];
    uint8_t *end = begin + num_sectors * BLK_SECTOR_SIZE;
    uint8_t *page = begin + (-(uintptr_t)begin & (PAGE_SIZE - 1));
    uint8_t *last = end - ((uintptr_t)end & (PAGE_SIZE - 1));
    if (page < last && madvise(page, (size_t)(last - page), MADV_DONTNEED) == 0) {
        memset(begin, 0, (size_t)(page - begin));
        memset(last, 0, (size_t)(end - last));
    } else {
        memset(begin, 0, (size_t)(end - begin));
    }
    return OK;
}

static error_t blk_do_info(task_t client, offset_t *num_sectors, unsigned *sector_size,
                           unsigned *block_size, bool *read_only)
{
    (void)client;
    *num_sectors = dev.num_sectors;
    *sector_size = *block_size = BLK_SECTOR_SIZE;
    *read_only = dev.read_only;
    return OK;
}

static const struct blk_ops blk_ops = {
    .read = blk_do_read,
    .write = blk_do_write,
    .flush = blk_do_flush,
    .discard = blk_do_discard,
    .info = blk_do_info,
};

// "64M" in bytes; 0: not a size, or not whole sectors.
static uint64_t parse_size(const char *text)
{
    char *end;
    if (*text < '0' || *text > '9')
        return 0;
    unsigned long long size = strtoull(text, &end, 10);
    unsigned shift = 0;
    if (*end == 'K' || *end == 'k')
        shift = 10;
    else if (*end == 'M' || *end == 'm')
        shift = 20;
    else if (*end == 'G' || *end == 'g')
        shift = 30;
    end += shift > 0;
    if (*end != '\0' || size > MAX_SIZE >> shift)
        return 0;
    size <<= shift;
    return size % BLK_SECTOR_SIZE == 0 ? size : 0;
}

void main(void)
{
    uint64_t size = task_argc() > 1 ? parse_size(task_argv()[1]) : DEFAULT_SIZE;
    if (size == 0) {
        oolong_log("error: ", "%s: not a size in whole sectors", task_argv()[1]);
        exit(EXIT_FAILURE);
    }
    disk = calloc(1, size);
    if (!disk) {
        oolong_log("error: ", "no memory for %llu bytes", (unsigned long long)size);
        exit(EXIT_FAILURE);
    }
    dev.num_sectors = size / BLK_SECTOR_SIZE;
    ASSERT_OK(ipc_serve("blk"));

    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !blk_dispatch(&blk_ops, &m))
            discard_unknown_message(&m);
    }
}
