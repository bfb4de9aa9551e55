// The contents of files.
#ifndef EXT4FS_FILE_H
#define EXT4FS_FILE_H

#include "volume.h"

// Reads `len` bytes that lie within the file; holes are zeros.
//
// ERR_UNAVAILABLE: damaged, or encrypted. ERR_NO_MEMORY, or as the device.
__mustuse error_t file_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                            uint64_t offset, void *data, size_t len);

// Where some blocks of a file are: `num` from block `first` of the device on, or nowhere (0), which
// reads as zeros.
struct run {
    uint64_t first;
    uint64_t num;
};

// Finds where `block` of a file is and up to `max` blocks that follow it, in a file that is not
// within its inode.
__mustuse error_t file_map(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                           uint64_t block, uint64_t max, struct run *run);

// Writes all of `data`. After an error some of it, from the beginning on, may have been written.
//
// ERR_NO_SPACE. ERR_TOO_LARGE: no file can be so large. ERR_NOT_PERMITTED: the file may not be
// changed. ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.
__mustuse error_t file_write(struct volume *volume, ext2_ino_t ino, uint64_t offset,
                             const void *data, size_t len);

// Gives the blocks of a file from number `first` to number `last` back. The size is not changed.
//
// ERR_UNAVAILABLE: damaged; nothing was done if it names what is not on the device.
#define FILE_END UINT64_MAX
__mustuse error_t file_punch(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                             uint64_t first, uint64_t last);

// Has room for a part of a file, as fs.allocate does with `mode` (in allocate.c).
//
// ERR_NOT_ACCEPTABLE: not a file, or that cannot be done with it. Otherwise as file_write().
__mustuse error_t file_allocate(struct volume *volume, ext2_ino_t ino, unsigned mode,
                                uint64_t offset, uint64_t len);

// Whether a file may be changed up to an offset. As file_write().
__mustuse error_t file_check_change(const struct volume *volume,
                                    const struct ext2_inode_large *inode, uint64_t end);

// Sets the size; what is added reads as zeros.
//
// As file_write().
__mustuse error_t file_resize(struct volume *volume, ext2_ino_t ino, uint64_t size);

#endif
