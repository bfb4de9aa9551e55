// Small files, which are stored within their inode.
#ifndef EXT4FS_INLINE_H
#define EXT4FS_INLINE_H

#include "volume.h"

// Each function may also fail: ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.

// As file_read().
__mustuse error_t inline_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                              uint64_t offset, void *data, size_t len);

// Prepares a file for a size of `size` bytes, without setting the size. Bytes beyond it and beyond
// the present end become zeros. If the content becomes too large for the inode, it moves into
// blocks, and the inode's flags change.
//
// ERR_NO_SPACE.
__mustuse error_t inline_fit(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                             uint64_t size);

// Writes bytes that fit within the inode; see inline_fit(). Does not change the size.
__mustuse error_t inline_write(struct volume *volume, ext2_ino_t ino,
                               struct ext2_inode_large *inode, uint64_t offset, const void *data,
                               size_t len);

#endif
