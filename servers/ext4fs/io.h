// The I/O manager through which libext2fs uses the cache.
#ifndef EXT4FS_IO_H
#define EXT4FS_IO_H

#include <ext2fs/ext2fs.h>
#include "cache.h"

// The manager for ext2fs_open2(), with any name. Its channels use `cache`. The caller owns it and
// must keep it as long as they exist.
io_manager io_manager_on(struct cache *cache);

// The Oolong error for an error of libext2fs.
error_t error_of(errcode_t code);

#endif
