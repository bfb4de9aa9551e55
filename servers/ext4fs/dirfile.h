// Reads and writes a directory block by block.
#ifndef EXT4FS_DIRFILE_H
#define EXT4FS_DIRFILE_H

#include "inode.h"

struct dir {
    struct volume *volume;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    uint32_t num_blocks;
    blk64_t at; // place on the device of the block that was read; 0: a hole
    uint8_t *block;
};

// The caller calls dir_close(), also after an error.
//
// ERR_NOT_ACCEPTABLE: not a directory. ERR_UNAVAILABLE, ERR_NO_MEMORY.
__mustuse error_t dir_open(struct dir *dir, struct volume *volume, ext2_ino_t ino);
void dir_close(struct dir *dir);

// Whether the directory is stored within its inode and has no blocks.
bool dir_is_inline(const struct dir *dir);

// Reads and writes one block.
//
// ERR_UNAVAILABLE, or as the device.
__mustuse error_t dir_read(struct dir *dir, uint32_t number);
__mustuse error_t dir_write(struct dir *dir);

#endif
