// The blocks of a directory.
#include "dirfile.h"
#include <stdlib.h>
#include "io.h"
#include "tables.h"

void dir_close(struct dir *dir)
{
    free(dir->block);
}

error_t dir_open(struct dir *dir, struct volume *volume, ext2_ino_t ino)
{
    *dir = (struct dir){.volume = volume, .ino = ino};
    OK_OR_RETURN(inode_read(volume, ino, &dir->inode));
    if (!LINUX_S_ISDIR(dir->inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    uint64_t num = inode_size(volume, &dir->inode) / volume->fs->blocksize;
    if (num > ext2fs_blocks_count(volume->fs->super) || num > UINT32_MAX)
        return ERR_UNAVAILABLE;
    dir->num_blocks = (uint32_t)num;
    dir->block = malloc(volume->fs->blocksize);
    return dir->block ? OK : ERR_NO_MEMORY;
}

bool dir_is_inline(const struct dir *dir)
{
    return dir->inode.i_flags & EXT4_INLINE_DATA_FL;
}

error_t dir_read(struct dir *dir, uint32_t number)
{
    ext2_filsys fs = dir->volume->fs;
    dir->at = 0;
    OK_OR_RETURN(error_of(
        ext2fs_bmap2(fs, dir->ino, inode_short(&dir->inode), NULL, 0, number, NULL, &dir->at)));
    if (dir->at == 0)
        return OK;
    if (!tables_allow(dir->volume, dir->at, 1))
        return ERR_UNAVAILABLE;
    return error_of(ext2fs_read_dir_block4(fs, dir->at, dir->block, 0, dir->ino));
}

error_t dir_write(struct dir *dir)
{
    return error_of(ext2fs_write_dir_block4(dir->volume->fs, dir->at, dir->block, 0, dir->ino));
}
