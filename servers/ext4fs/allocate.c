// Reserves blocks for files before they are written, and makes holes in files: fallocate(2).
#include <idl/fs.h>
#include <stdlib.h>
#include "file.h"
#include "inode.h"
#include "io.h"

// Writes zeros where there are blocks. Holes stay holes.
static error_t write_zeros(struct volume *volume, ext2_ino_t ino, uint64_t offset, uint64_t len)
{
    size_t block_size = volume->fs->blocksize;
    void *zeros = calloc(1, block_size);
    error_t err = zeros ? OK : ERR_NO_MEMORY;
    while (IS_OK(err) && len > 0) {
        struct ext2_inode_large inode;
        struct run run = {0, 0};
        size_t num = (size_t)MIN(len, (uint64_t)(block_size - offset % block_size));
        err = inode_read(volume, ino, &inode);
        bool is_inline = inode.i_flags & EXT4_INLINE_DATA_FL;
        if (IS_OK(err) && !is_inline)
            err = file_map(volume, ino, &inode, offset / block_size, 1, &run);
        if (IS_OK(err) && (is_inline || run.first != 0))
            err = file_write(volume, ino, offset, zeros, num);
        offset += num;
        len -= num;
    }
    free(zeros);
    return err;
}

// Turns whole blocks into a hole and parts of blocks into zeros. Changes nothing beyond the end.
static error_t punch(struct volume *volume, ext2_ino_t ino, uint64_t offset, uint64_t end)
{
    struct ext2_inode_large inode;
    uint64_t size = volume->fs->blocksize;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    uint64_t old = inode_size(volume, &inode);
    uint64_t first = (offset + size - 1) / size, last = end / size; // `last` stays
    uint64_t zeros_end = MIN(end, old);
    if (inode.i_flags & EXT4_INLINE_DATA_FL || first >= last)
        return offset < zeros_end ? write_zeros(volume, ino, offset, zeros_end - offset) : OK;
    if (offset < MIN(first * size, old))
        OK_OR_RETURN(write_zeros(volume, ino, offset, MIN(first * size, old) - offset));
    if (last * size < zeros_end)
        OK_OR_RETURN(write_zeros(volume, ino, last * size, zeros_end - last * size));
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    error_t err = file_punch(volume, ino, &inode, first, last - 1);
    inode_touch(volume, &inode, TIME_MODIFY | TIME_CHANGE);
    error_t inode_err = inode_write(volume, ino, &inode);
    return IS_OK(err) ? inode_err : err;
}

// Reserves blocks that read as zeros until they are written. Only extents can express that.
static error_t reserve(struct volume *volume, ext2_ino_t ino, uint64_t offset, uint64_t end)
{
    struct ext2_inode_large inode;
    uint64_t size = volume->fs->blocksize, first = offset / size;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (inode.i_flags & EXT4_INLINE_DATA_FL)
        return OK;
    if (!(inode.i_flags & EXT4_EXTENTS_FL))
        return ERR_NOT_ACCEPTABLE;
    uint64_t num = (end + size - 1) / size - first;
    if (num > ext2fs_free_blocks_count(volume->fs->super))
        return ERR_NO_SPACE;
    errcode_t code = ext2fs_fallocate(volume->fs, 0, ino, inode_short(&inode), ~0ULL, first, num);
    inode_touch(volume, &inode, TIME_CHANGE);
    error_t err = inode_write(volume, ino, &inode);
    return code != 0 ? error_of(code) : err;
}

static error_t extend(struct volume *volume, ext2_ino_t ino, uint64_t end)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    return end > inode_size(volume, &inode) ? file_resize(volume, ino, end) : OK;
}

error_t file_allocate(struct volume *volume, ext2_ino_t ino, unsigned mode, uint64_t offset,
                      uint64_t len)
{
    struct ext2_inode_large inode;
    uint64_t end;
    bool keeps_size = mode & FS_ALLOCATE_KEEP_SIZE;
    if (len == 0)
        return ERR_INVALID_ARG;
    if (__builtin_add_overflow(offset, len, &end))
        return ERR_TOO_LARGE;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    OK_OR_RETURN(file_check_change(volume, &inode, end));
    switch (mode & ~(unsigned)FS_ALLOCATE_KEEP_SIZE) {
    case 0:
        break;
    case FS_ALLOCATE_HOLE:
        return keeps_size ? punch(volume, ino, offset, end) : ERR_NOT_ACCEPTABLE;
    case FS_ALLOCATE_ZEROS:
        OK_OR_RETURN(punch(volume, ino, offset, end));
        break;
    default:
        return ERR_NOT_ACCEPTABLE;
    }
    OK_OR_RETURN(reserve(volume, ino, offset, end));
    return keeps_size ? OK : extend(volume, ino, end);
}
