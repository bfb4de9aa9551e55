// The I/O manager through which libext2fs reads and writes: a cache.
#ifndef EXT4FS_IO_H
#define EXT4FS_IO_H

#include <ext2fs/ext2fs.h>
#include "cache.h"

// The manager, for ext2fs_open2() with any name; channels that it opens are on `cache`, which stays
// the caller's and outlives them.
io_manager io_manager_on(struct cache *cache);

// libext2fs's errors and ours.
error_t error_of(errcode_t code);

#endif
