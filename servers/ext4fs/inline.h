// Files that are so small that they are within their inode.
#ifndef EXT4FS_INLINE_H
#define EXT4FS_INLINE_H

#include "volume.h"

// All of them: ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.

// As file_read().
__mustuse error_t inline_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                              uint64_t offset, void *data, size_t len);

// Prepares a file to have `size` bytes: what is beyond it or its end becomes zeros, and it moves
// into blocks if it would be too large, which its flags tell afterwards. The size is not changed.
//
// ERR_NO_SPACE.
__mustuse error_t inline_fit(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                             uint64_t size);

// Writes what fits within the inode, as inline_fit() said. The size is not changed.
__mustuse error_t inline_write(struct volume *volume, ext2_ino_t ino,
                               struct ext2_inode_large *inode, uint64_t offset, const void *data,
                               size_t len);

#endif
