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

#define DEFAULT_SIZE (16u * 1024 * 1024)
#define MAX_SIZE     (64ull * 1024 * 1024 * 1024)

static uint8_t *disk;
static uint64_t num_sectors_;

// Whether `num` sectors from `sector` on are all on the disk.
static bool on_disk(offset_t sector, uint64_t num)
{
    return sector <= num_sectors_ && num <= num_sectors_ - sector;
}

static error_t blk_do_read(task_t client, offset_t sector, size_t num_sectors, void **data,
                           size_t *data_len)
{
    (void)client;
    if (!on_disk(sector, num_sectors))
        return ERR_INVALID_ARG;
    if (num_sectors > CONFIG_OOL_BUFFER_LEN / BLK_SECTOR_SIZE)
        return ERR_TOO_LARGE;

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
    if (data_len % BLK_SECTOR_SIZE != 0 || !on_disk(sector, data_len / BLK_SECTOR_SIZE))
        return ERR_INVALID_ARG;
    memcpy(&disk[sector * BLK_SECTOR_SIZE], data, data_len);
    return OK;
}

static const struct blk_ops blk_ops = {
    .read = blk_do_read,
    .write = blk_do_write,
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
    num_sectors_ = size / BLK_SECTOR_SIZE;
    ASSERT_OK(ipc_serve("blk"));

    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !blk_dispatch(&blk_ops, &m))
            discard_unknown_message(&m);
    }
}
