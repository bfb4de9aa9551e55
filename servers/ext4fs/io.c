// libext2fs's I/O manager on top of the cache. All of its blocks are metadata. file.c and write.c
// access the contents of files directly.
#include "io.h"
#include <stdlib.h>
#include <string.h>

// The cache for open_channel(), to which libext2fs passes only a name.
static struct cache *next_cache;

static errcode_t code_of(error_t err)
{
    switch (err) {
    case OK:
        return 0;
    case ERR_NO_MEMORY:
        return EXT2_ET_NO_MEMORY;
    case ERR_NOT_PERMITTED:
        return EXT2_ET_RO_FILSYS;
    default:
        return EXT2_ET_SHORT_READ;
    }
}

error_t error_of(errcode_t code)
{
    switch (code) {
    case 0:
        return OK;
    case EXT2_ET_NO_MEMORY:
    case ENOMEM:
        return ERR_NO_MEMORY;
    case EXT2_ET_FILE_NOT_FOUND:
        return ERR_NOT_FOUND;
    case EXT2_ET_NO_DIRECTORY:
        return ERR_NOT_ACCEPTABLE;
    case EXT2_ET_FILE_EXISTS:
    case EXT2_ET_DIR_EXISTS:
        return ERR_ALREADY_EXISTS;
    case EXT2_ET_BLOCK_ALLOC_FAIL:
    case EXT2_ET_INODE_ALLOC_FAIL:
    case EXT2_ET_DIR_NO_SPACE:
    case ENOSPC:
        return ERR_NO_SPACE;
    case EXT2_ET_FILE_TOO_BIG:
        return ERR_TOO_LARGE;
    case EXT2_ET_RO_FILSYS:
        return ERR_NOT_PERMITTED;
    default:
        return ERR_UNAVAILABLE;
    }
}

static errcode_t open_channel(const char *name, int flags, io_channel *opened)
{
    (void)flags;
    io_channel channel = calloc(1, sizeof(*channel));
    char *copy = strdup(name);
    if (!channel || !copy || IS_ERROR(cache_set_block_size(next_cache, 1024))) {
        free(channel);
        free(copy);
        return EXT2_ET_NO_MEMORY;
    }
    channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    channel->manager = io_manager_on(next_cache);
    channel->name = copy;
    channel->block_size = 1024;
    channel->refcount = 1;
    channel->private_data = next_cache;
    *opened = channel;
    return 0;
}

static errcode_t close_channel(io_channel channel)
{
    if (--channel->refcount > 0)
        return 0;
    free(channel->name);
    free(channel);
    return 0;
}

static errcode_t set_block_size(io_channel channel, int size)
{
    if (size < 0)
        return EXT2_ET_INVALID_ARGUMENT;
    error_t err = cache_set_block_size(channel->private_data, (size_t)size);
    if (IS_OK(err))
        channel->block_size = size;
    return code_of(err);
}

// A negative count is a number of bytes, which may be more than a block.
static errcode_t read_bytes(struct cache *cache, unsigned long long block, size_t len, void *data)
{
    size_t size = cache_block_size(cache);
    uint8_t *whole = malloc(size), *out = data;
    error_t err = whole ? OK : ERR_NO_MEMORY;
    while (IS_OK(err) && len > 0) {
        err = cache_read(cache, block++, 1, whole);
        if (IS_OK(err))
            memcpy(out, whole, MIN(len, size));
        out += MIN(len, size);
        len -= MIN(len, size);
    }
    free(whole);
    return code_of(err);
}

static errcode_t read_blocks(io_channel channel, unsigned long long block, int count, void *data)
{
    struct cache *cache = channel->private_data;
    if (count < 0)
        return read_bytes(cache, block, (size_t)(-(long)count), data);
    return code_of(cache_read(cache, block, (size_t)count, data));
}

static errcode_t write_blocks(io_channel channel, unsigned long long block, int count,
                              const void *data)
{
    struct cache *cache = channel->private_data;
    if (count < 0)
        return code_of(
            cache_patch(cache, block * cache_block_size(cache), data, (size_t)(-(long)count)));
    return code_of(cache_write(cache, block, (size_t)count, data, BLOCK_META));
}

static errcode_t read_blocks_32(io_channel channel, unsigned long block, int count, void *data)
{
    return read_blocks(channel, block, count, data);
}

static errcode_t write_blocks_32(io_channel channel, unsigned long block, int count,
                                 const void *data)
{
    return write_blocks(channel, block, count, data);
}

static errcode_t write_byte(io_channel channel, unsigned long offset, int count, const void *data)
{
    if (count < 0)
        return EXT2_ET_INVALID_ARGUMENT;
    return code_of(cache_patch(channel->private_data, offset, data, (size_t)count));
}

// Does nothing: volume_commit() decides when blocks reach the device.
static errcode_t flush(io_channel channel)
{
    (void)channel;
    return 0;
}

static struct struct_io_manager manager = {
    .magic = EXT2_ET_MAGIC_IO_MANAGER,
    .name = "blk",
    .open = open_channel,
    .close = close_channel,
    .set_blksize = set_block_size,
    .read_blk = read_blocks_32,
    .write_blk = write_blocks_32,
    .flush = flush,
    .write_byte = write_byte,
    .read_blk64 = read_blocks,
    .write_blk64 = write_blocks,
};

io_manager io_manager_on(struct cache *cache)
{
    next_cache = cache;
    return &manager;
}
