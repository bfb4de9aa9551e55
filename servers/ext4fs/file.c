// Reads files. Consecutive blocks are read together.
#include "file.h"
#include <stdlib.h>
#include <string.h>
#include "inline.h"
#include "inode.h"
#include "io.h"

static error_t map_extent(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                          uint64_t block, struct run *run)
{
    ext2_extent_handle_t handle;
    struct ext2fs_extent extent;
    *run = (struct run){0, 1};
    OK_OR_RETURN(error_of(ext2fs_extent_open2(volume->fs, ino, inode_short(inode), &handle)));
    errcode_t code = ext2fs_extent_goto(handle, block);
    if (code == 0)
        code = ext2fs_extent_get(handle, EXT2_EXTENT_CURRENT, &extent);
    if (code == 0 && block >= extent.e_lblk && block - extent.e_lblk < extent.e_len) {
        run->num = extent.e_len - (block - extent.e_lblk);
        if (!(extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT))
            run->first = extent.e_pblk + (block - extent.e_lblk);
    }
    ext2fs_extent_free(handle);
    return code == EXT2_ET_EXTENT_NOT_FOUND ? OK : error_of(code);
}

error_t file_map(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                 uint64_t block, uint64_t max, struct run *run)
{
    if (inode->i_flags & EXT4_EXTENTS_FL)
        return map_extent(volume, ino, inode, block, run);
    *run = (struct run){0, 0};
    while (run->num < max) {
        blk64_t first = 0;
        OK_OR_RETURN(error_of(ext2fs_bmap2(volume->fs, ino, inode_short(inode), NULL, 0,
                                           block + run->num, NULL, &first)));
        if (run->num == 0)
            run->first = first;
        else if (first != (run->first ? run->first + run->num : 0))
            break;
        run->num++;
    }
    return OK;
}

// Reads part of one block.
static error_t read_part(struct volume *volume, uint64_t block, size_t at, void *data, size_t len)
{
    void *whole = malloc(volume->fs->blocksize);
    if (!whole)
        return ERR_NO_MEMORY;
    error_t err = cache_read(volume->cache, block, 1, whole);
    if (IS_OK(err))
        memcpy(data, (uint8_t *)whole + at, len);
    free(whole);
    return err;
}

// Reads whole blocks of a run, or part of its first block. Sets `*len` to the number of bytes.
static error_t read_run(struct volume *volume, const struct run *run, size_t at, void *data,
                        size_t *len)
{
    size_t size = volume->fs->blocksize;
    bool whole = at == 0 && *len >= size;
    *len = whole ? (size_t)MIN((uint64_t)(*len / size), run->num) * size : MIN(*len, size - at);
    if (run->first == 0) {
        memset(data, 0, *len);
        return OK;
    }
    if (run->first + run->num > ext2fs_blocks_count(volume->fs->super))
        return ERR_UNAVAILABLE;
    return whole ? cache_read(volume->cache, run->first, *len / size, data)
                 : read_part(volume, run->first, at, data, *len);
}

error_t file_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                  uint64_t offset, void *data, size_t len)
{
    uint8_t *out = data;
    size_t size = volume->fs->blocksize;
    if (inode->i_flags & EXT4_ENCRYPT_FL)
        return ERR_UNAVAILABLE;
    if (inode->i_flags & EXT4_INLINE_DATA_FL)
        return inline_read(volume, ino, inode, offset, data, len);
    while (len > 0) {
        struct run run;
        size_t num = len, at = offset % size;
        uint64_t max = (at + len + size - 1) / size;
        OK_OR_RETURN(file_map(volume, ino, inode, offset / size, max, &run));
        OK_OR_RETURN(read_run(volume, &run, at, out, &num));
        out += num;
        offset += num;
        len -= num;
    }
    return OK;
}
