// The contents of files.
#ifndef EXT4FS_FILE_H
#define EXT4FS_FILE_H

#include "volume.h"

// Reads `len` bytes that lie within the file; holes are zeros.
//
// ERR_UNAVAILABLE: damaged, or encrypted. ERR_NO_MEMORY, or as the device.
__mustuse error_t file_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                            uint64_t offset, void *data, size_t len);

// `num` consecutive blocks of a file: where they are on the device, or 0 for a hole.
struct run {
    uint64_t first;
    uint64_t num;
};

// Finds where `block` of a file and up to `max` - 1 blocks after it are. The file must not be
// within its inode.
__mustuse error_t file_map(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                           uint64_t block, uint64_t max, struct run *run);

// Writes all of `data`. After an error, the beginning of it may have been written.
//
// ERR_NO_SPACE. ERR_TOO_LARGE: no file can be so large. ERR_NOT_PERMITTED: the file may not be
// changed. ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t file_write(struct volume *volume, ext2_ino_t ino, uint64_t offset,
                             const void *data, size_t len);

// Frees the blocks `first` to `last` of a file. Does not change its size.
//
// ERR_UNAVAILABLE: damaged. If the file claims blocks that it cannot have, no block is freed.
#define FILE_END UINT64_MAX
__mustuse error_t file_punch(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                             uint64_t first, uint64_t last);

// Reserves or empties a part of a file, as fs.allocate with `mode` (in allocate.c).
//
// ERR_NOT_ACCEPTABLE: not a file, or a file for which `mode` is impossible. Otherwise as
// file_write().
__mustuse error_t file_allocate(struct volume *volume, ext2_ino_t ino, unsigned mode,
                                uint64_t offset, uint64_t len);

// Checks whether a file may be changed up to an offset. Fails as file_write().
__mustuse error_t file_check_change(const struct volume *volume,
                                    const struct ext2_inode_large *inode, uint64_t end);

// Sets the size. Added bytes read as zeros.
//
// As file_write().
__mustuse error_t file_resize(struct volume *volume, ext2_ino_t ino, uint64_t size);

#endif
