// Writes and truncates files. New blocks are consecutive if there is room. The cache gets contents
// as data and everything else as metadata.
#include "file.h"
#include <stdlib.h>
#include <string.h>
#include "inline.h"
#include "inode.h"
#include "io.h"
#include "tables.h"

#define FIXED_FLAGS (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT4_ENCRYPT_FL | EXT4_VERITY_FL)

// The number of blocks that a file can have, depending on how it stores them.
static uint64_t max_blocks(const struct volume *volume, const struct ext2_inode_large *inode)
{
    if (inode->i_flags & EXT4_EXTENTS_FL)
        return UINT32_MAX;
    uint64_t n = volume->fs->blocksize / 4;
    // The inode counts units of 512 bytes in 32 bits.
    uint64_t countable = (1ull << 41) / volume->fs->blocksize - (1ull << 20);
    return MIN(EXT2_NDIR_BLOCKS + n + n * n + n * n * n, countable);
}

error_t file_check_change(const struct volume *volume, const struct ext2_inode_large *inode,
                          uint64_t end)
{
    if (volume->read_only || (inode->i_flags & FIXED_FLAGS))
        return ERR_NOT_PERMITTED;
    if (!LINUX_S_ISREG(inode->i_mode))
        return ERR_NOT_ACCEPTABLE;
    return end > max_blocks(volume, inode) * volume->fs->blocksize ? ERR_TOO_LARGE : OK;
}

// --- Blocks -------------------------------------------------------------------------------------

// Makes a block of the device a block of a file.
static errcode_t set_block(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                           uint64_t block, blk64_t at)
{
    return ext2fs_bmap2(volume->fs, ino, inode_short(inode), NULL, BMAP_SET | BMAP_ALLOC, block,
                        NULL, &at);
}

// Gives a file one block, near `goal` unless that is 0.
static error_t take_block(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                          uint64_t block, blk64_t goal, blk64_t *taken)
{
    ext2_filsys fs = volume->fs;
    int flags = 0;
    blk64_t at = 0;
    OK_OR_RETURN(error_of(ext2fs_bmap2(fs, ino, inode_short(inode), NULL, 0, block, &flags, &at)));
    if (at != 0) { // the block is reserved, but not written yet
        *taken = at;
        return error_of(set_block(volume, ino, inode, block, at));
    }
    if (goal == 0)
        goal = ext2fs_find_inode_goal(fs, ino, inode_short(inode), block);
    OK_OR_RETURN(error_of(ext2fs_new_block2(fs, goal, NULL, &at)));
    // The block is marked as used before the file gets it, because set_block() may take a block
    // too.
    ext2fs_block_alloc_stats2(fs, at, +1);
    errcode_t code = set_block(volume, ino, inode, block, at);
    if (code == 0)
        code = ext2fs_iblk_add_blocks(fs, inode_short(inode), 1);
    if (code != 0) {
        ext2fs_block_alloc_stats2(fs, at, -1);
        return error_of(code);
    }
    *taken = at;
    return OK;
}

// Checks the map blocks on the way to a block: libext2fs writes to them when it adds a block.
// (Extent blocks have a magic number and a checksum, which libext2fs checks.)
static error_t check_map_to(struct volume *volume, const struct ext2_inode_large *inode,
                            uint64_t block)
{
    uint64_t n = volume->fs->blocksize / 4, span = 1;
    unsigned depth = 0;
    if (block < EXT2_NDIR_BLOCKS)
        return OK;
    block -= EXT2_NDIR_BLOCKS;
    for (; depth < 3 && block >= span * n; depth++, span *= n)
        block -= span * n;
    uint32_t at = depth < 3 ? inode->i_block[EXT2_IND_BLOCK + depth] : 0;
    uint32_t *map = malloc(volume->fs->blocksize);
    error_t err = map ? OK : ERR_NO_MEMORY;
    while (IS_OK(err) && at != 0) {
        if (!tables_allow(volume, at, 1))
            err = ERR_UNAVAILABLE;
        else if (span == 1)
            break;
        else
            err = cache_read(volume->cache, at, 1, map);
        if (IS_OK(err))
            at = ext2fs_le32_to_cpu(map[block / span % n]);
        span /= n;
    }
    free(map);
    return err;
}

// Finds up to `max` consecutive blocks to write to from `block` on, and takes new ones for a hole.
static error_t find_place(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                          uint64_t block, uint64_t max, struct run *run, bool *is_new)
{
    blk64_t taken = 0;
    if (!(inode->i_flags & EXT4_EXTENTS_FL))
        OK_OR_RETURN(check_map_to(volume, inode, block));
    OK_OR_RETURN(file_map(volume, ino, inode, block, max, run));
    uint64_t room = MIN(run->num, max);
    *is_new = run->first == 0;
    run->num = room;
    if (!*is_new)
        return OK;
    OK_OR_RETURN(take_block(volume, ino, inode, block, 0, &taken));
    run->first = taken;
    // The length of a hole is unknown in files with extents, so each block is looked up on its own.
    for (run->num = 1; run->num < max; run->num++) {
        struct run next;
        OK_OR_RETURN(file_map(volume, ino, inode, block + run->num, 1, &next));
        if (next.first != 0)
            return OK;
        error_t err =
            take_block(volume, ino, inode, block + run->num, run->first + run->num, &taken);
        if (IS_ERROR(err))
            return OK; // use the blocks taken so far; the next call reports the error
        if (taken != run->first + run->num) {
            // The next call finds this block as written. It must not show its old content.
            void *zeros = calloc(1, volume->fs->blocksize);
            err = zeros ? cache_write(volume->cache, taken, 1, zeros, BLOCK_DATA) : ERR_NO_MEMORY;
            free(zeros);
            return err;
        }
    }
    return OK;
}

static error_t write_part(struct volume *volume, uint64_t block, bool is_new, size_t at,
                          const void *data, size_t len)
{
    uint8_t *whole = calloc(1, volume->fs->blocksize);
    error_t err = whole ? OK : ERR_NO_MEMORY;
    if (IS_OK(err) && !is_new)
        err = cache_read(volume->cache, block, 1, whole);
    if (IS_OK(err)) {
        memcpy(&whole[at], data, len);
        err = cache_write(volume->cache, block, 1, whole, BLOCK_DATA);
    }
    free(whole);
    return err;
}

// Writes consecutive blocks from `offset` on. Sets `*len` to the number of bytes written.
static error_t write_some(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                          uint64_t offset, const void *data, size_t *len)
{
    size_t size = volume->fs->blocksize, at = offset % size;
    bool whole = at == 0 && *len >= size, is_new;
    struct run run;
    OK_OR_RETURN(
        find_place(volume, ino, inode, offset / size, whole ? *len / size : 1, &run, &is_new));
    if (!tables_allow(volume, run.first, run.num))
        return ERR_UNAVAILABLE;
    *len = whole ? (size_t)run.num * size : MIN(*len, size - at);
    return whole ? cache_write(volume->cache, run.first, (size_t)run.num, data, BLOCK_DATA)
                 : write_part(volume, run.first, is_new, at, data, *len);
}

error_t file_write(struct volume *volume, ext2_ino_t ino, uint64_t offset, const void *data,
                   size_t len)
{
    struct ext2_inode_large inode;
    const uint8_t *in = data;
    uint64_t end;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (__builtin_add_overflow(offset, len, &end))
        return ERR_TOO_LARGE;
    OK_OR_RETURN(file_check_change(volume, &inode, end));
    if (len == 0)
        return OK;
    error_t err = OK;
    if (inode.i_flags & EXT4_INLINE_DATA_FL)
        OK_OR_RETURN(inline_fit(volume, ino, &inode, MAX(end, inode_size(volume, &inode))));
    if (inode.i_flags & EXT4_INLINE_DATA_FL) {
        OK_OR_RETURN(inline_write(volume, ino, &inode, offset, data, len));
        offset = end;
    }
    while (IS_OK(err) && offset < end) {
        size_t num = (size_t)(end - offset);
        err = write_some(volume, ino, &inode, offset, in, &num);
        if (IS_OK(err)) {
            in += num;
            offset += num;
        }
    }
    // The size is set even after a failure: e2fsck would report blocks beyond the end as an error.
    if (offset > inode_size(volume, &inode)) {
        errcode_t code =
            ext2fs_inode_size_set(volume->fs, inode_short(&inode), (ext2_off64_t)offset);
        err = IS_OK(err) ? error_of(code) : err;
    }
    inode_touch(volume, &inode, TIME_MODIFY | TIME_CHANGE);
    error_t inode_err = inode_write(volume, ino, &inode);
    return IS_OK(err) ? inode_err : err;
}

// --- Size ---------------------------------------------------------------------------------------

// Writes zeros from the new end to the end of its block. These bytes must read as zeros when the
// file grows again.
static error_t clear_tail(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                          uint64_t size)
{
    size_t block_size = volume->fs->blocksize, at = size % block_size;
    struct run run;
    if (at == 0)
        return OK;
    OK_OR_RETURN(file_map(volume, ino, inode, size / block_size, 1, &run));
    if (run.first == 0)
        return OK;
    if (!tables_allow(volume, run.first, 1))
        return ERR_UNAVAILABLE;
    uint8_t *zeros = calloc(1, block_size);
    if (!zeros)
        return ERR_NO_MEMORY;
    error_t err = write_part(volume, run.first, false, at, zeros, block_size - at);
    free(zeros);
    return err;
}

static error_t shrink(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                      uint64_t size)
{
    uint64_t first = (size + volume->fs->blocksize - 1) / volume->fs->blocksize;
    OK_OR_RETURN(clear_tail(volume, ino, inode, size));
    return file_punch(volume, ino, inode, first, FILE_END);
}

error_t file_resize(struct volume *volume, ext2_ino_t ino, uint64_t size)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    OK_OR_RETURN(file_check_change(volume, &inode, size));
    if (inode.i_flags & EXT4_INLINE_DATA_FL)
        OK_OR_RETURN(inline_fit(volume, ino, &inode, size));
    else if (size < inode_size(volume, &inode))
        OK_OR_RETURN(shrink(volume, ino, &inode, size));
    errcode_t code = ext2fs_inode_size_set(volume->fs, inode_short(&inode), (ext2_off64_t)size);
    OK_OR_RETURN(error_of(code));
    inode_touch(volume, &inode, TIME_MODIFY | TIME_CHANGE);
    return inode_write(volume, ino, &inode);
}
