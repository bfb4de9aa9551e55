// Frees blocks of a file. First checks the blocks that the file claims: libext2fs would free even
// blocks that are not on the device, and blocks of the file system's own tables.
#include "file.h"
#include "inode.h"
#include "io.h"
#include "tables.h"

// Whether a file with extents can have all blocks that it claims.
static error_t check_extents(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    ext2_extent_handle_t handle;
    struct ext2fs_extent extent;
    uint64_t end = ext2fs_blocks_count(volume->fs->super), total = 0;
    OK_OR_RETURN(error_of(ext2fs_extent_open2(volume->fs, ino, inode_short(inode), &handle)));
    bool is_bad = false;
    errcode_t code = ext2fs_extent_get(handle, EXT2_EXTENT_ROOT, &extent);
    while (code == 0 && !is_bad) {
        uint64_t num = extent.e_flags & EXT2_EXTENT_FLAGS_LEAF ? extent.e_len : 1;
        is_bad = !tables_allow(volume, extent.e_pblk, num);
        // The walk visits an inner node before and after the nodes below it.
        total += num;
        is_bad |= total > 3 * end;
        code = ext2fs_extent_get(handle, EXT2_EXTENT_NEXT, &extent);
    }
    ext2fs_extent_free(handle);
    if (is_bad)
        return ERR_UNAVAILABLE;
    bool at_end = code == EXT2_ET_EXTENT_NO_NEXT || code == EXT2_ET_EXTENT_NOT_FOUND;
    return at_end ? OK : error_of(code);
}

struct seen_blocks {
    struct volume *volume;
    uint64_t end;
    uint64_t num; // blocks seen so far
    bool is_bad;
};

static int see_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t at, blk64_t ref, int offset,
                     void *arg)
{
    (void)fs, (void)at, (void)ref, (void)offset;
    struct seen_blocks *seen = arg;
    // If a file claims more blocks than the device has, it claims some of them twice.
    seen->is_bad = !tables_allow(seen->volume, *block, 1) || ++seen->num > seen->end;
    return seen->is_bad ? BLOCK_ABORT : 0;
}

// Whether a file with a block map can have all blocks that it claims.
static error_t check_map(struct volume *volume, ext2_ino_t ino)
{
    struct seen_blocks seen = {
        .volume = volume,
        .end = ext2fs_blocks_count(volume->fs->super),
    };
    errcode_t code =
        ext2fs_block_iterate3(volume->fs, ino, BLOCK_FLAG_READ_ONLY, NULL, see_block, &seen);
    return seen.is_bad ? ERR_UNAVAILABLE : error_of(code);
}

// libext2fs 1.47.0 refuses an extent that ends with the last block of the device. So the device's
// number of blocks is raised by one during the call.
error_t file_punch(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode,
                   uint64_t first, uint64_t last)
{
    ext2_filsys fs = volume->fs;
    uint64_t num_blocks = ext2fs_blocks_count(fs->super);
    bool has_extents = inode->i_flags & EXT4_EXTENTS_FL;
    OK_OR_RETURN(has_extents ? check_extents(volume, ino, inode) : check_map(volume, ino));
    if (has_extents)
        ext2fs_blocks_count_set(fs->super, num_blocks + 1);
    errcode_t code = ext2fs_punch(fs, ino, inode_short(inode), NULL, first, last);
    ext2fs_blocks_count_set(fs->super, num_blocks);
    return error_of(code);
}
