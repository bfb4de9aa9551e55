// Blocks of the device in memory. Writes stay here until they are flushed: data at any time,
// metadata only when the journal writes it.
#ifndef EXT4FS_CACHE_H
#define EXT4FS_CACHE_H

#include "device.h"

enum block_class {
    BLOCK_CLEAN,
    BLOCK_DATA, // contents of files: may be written any time before their metadata
    BLOCK_META, // the file system's own
};
#define NUM_BLOCK_CLASSES 3

struct cache;

// The block size is 1 KiB at first, for reading the superblock. NULL: out of memory.
struct cache *cache_create(const struct device *device);
void cache_destroy(struct cache *cache);

// Drops all blocks and sets the block size, a power of two from 1 KiB to 64 KiB.
//
// ERR_INVALID_ARG: no such size. ERR_IN_USE: something is not written yet.
__mustuse error_t cache_set_block_size(struct cache *cache, size_t size);
size_t cache_block_size(const struct cache *cache);

// Reads whole blocks.
//
// ERR_NO_MEMORY, or as the device.
__mustuse error_t cache_read(struct cache *cache, uint64_t block, size_t count, void *data);

// Writes whole blocks. A block of metadata that does not change stays clean.
//
// ERR_NO_MEMORY, or as the device.
__mustuse error_t cache_write(struct cache *cache, uint64_t block, size_t count, const void *data,
                              enum block_class class);

// Changes some bytes of metadata, `offset` from the beginning of the device.
__mustuse error_t cache_patch(struct cache *cache, uint64_t offset, const void *data, size_t len);

// Writes the dirty blocks of one class to the device, in the order of their numbers.
__mustuse error_t cache_flush(struct cache *cache, enum block_class class);

size_t cache_num_dirty(const struct cache *cache, enum block_class class);

// The numbers of the dirty blocks of one class, ascending. The caller frees them. NULL: out of
// memory.
uint64_t *cache_dirty_blocks(struct cache *cache, enum block_class class);

// The content of a dirty block. Valid until the next call of the cache.
const uint8_t *cache_peek(struct cache *cache, uint64_t block);

// These functions bypass the cache. The journal uses them, because its blocks are not cached.
__mustuse error_t cache_device_read(struct cache *cache, uint64_t block, void *data);
__mustuse error_t cache_device_write(struct cache *cache, uint64_t block, const void *data,
                                     size_t count);
__mustuse error_t cache_device_flush(struct cache *cache);

#endif
