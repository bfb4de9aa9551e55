// plain_disk: serves `blk` from file.image with plain reads and writes, and nothing else: for tests
// that want a disk without a mind of its own.
//
// Sandbox: profile "disk".
#include <config.h>
#include <idl/blk_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int fd;
static uint64_t num_sectors_;

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
    *data = malloc(len + 1);
    if (!*data)
        return ERR_NO_MEMORY;
    *data_len = len;
    if (pread(fd, *data, len, (off_t)(sector * BLK_SECTOR_SIZE)) == (ssize_t)len)
        return OK;
    free(*data);
    return ERR_UNAVAILABLE;
}

static error_t blk_do_write(task_t client, offset_t sector, const void *data, size_t data_len)
{
    (void)client;
    if (data_len % BLK_SECTOR_SIZE != 0 || !on_disk(sector, data_len / BLK_SECTOR_SIZE))
        return ERR_INVALID_ARG;
    ssize_t num = pwrite(fd, data, data_len, (off_t)(sector * BLK_SECTOR_SIZE));
    return num == (ssize_t)data_len ? OK : ERR_UNAVAILABLE;
}

static error_t blk_do_flush(task_t client)
{
    (void)client;
    return fdatasync(fd) == 0 ? OK : ERR_UNAVAILABLE;
}

static error_t blk_do_info(task_t client, offset_t *num_sectors, unsigned *sector_size,
                           unsigned *block_size, bool *read_only)
{
    (void)client;
    *num_sectors = num_sectors_;
    *sector_size = *block_size = BLK_SECTOR_SIZE;
    *read_only = false;
    return OK;
}

static const struct blk_ops blk_ops = {
    .read = blk_do_read,
    .write = blk_do_write,
    .flush = blk_do_flush,
    .info = blk_do_info,
};

void main(void)
{
    struct stat st;
    fd = task_file("image");
    if (fd < 0 || fstat(fd, &st) < 0)
        exit(EXIT_FAILURE);
    num_sectors_ = (uint64_t)st.st_size / BLK_SECTOR_SIZE;
    ASSERT_OK(ipc_serve("blk"));
    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !blk_dispatch(&blk_ops, &m))
            discard_unknown_message(&m);
    }
}
