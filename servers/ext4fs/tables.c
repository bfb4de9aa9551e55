// A bitmap of libext2fs has the blocks of the tables. It stores them as ranges.
#include "tables.h"
#include "io.h"

static bool is_on_device(const struct volume *volume, uint64_t first, uint64_t num)
{
    uint64_t end = ext2fs_blocks_count(volume->fs->super);
    return first >= volume->fs->super->s_first_data_block && num <= end && first <= end - num;
}

static error_t mark(struct volume *volume, uint64_t first, uint64_t num)
{
    if (!is_on_device(volume, first, num))
        return ERR_UNAVAILABLE;
    ext2fs_mark_block_bitmap_range2(volume->tables, first, (blk_t)num);
    return OK;
}

static error_t mark_group(struct volume *volume, dgrp_t group)
{
    ext2_filsys fs = volume->fs;
    ext2fs_reserve_super_and_bgd(fs, group, volume->tables);
    OK_OR_RETURN(mark(volume, ext2fs_block_bitmap_loc(fs, group), 1));
    OK_OR_RETURN(mark(volume, ext2fs_inode_bitmap_loc(fs, group), 1));
    return mark(volume, ext2fs_inode_table_loc(fs, group), fs->inode_blocks_per_group);
}

static int mark_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t at, blk64_t ref, int offset,
                      void *arg)
{
    (void)fs, (void)at, (void)ref, (void)offset;
    return IS_OK(mark(arg, *block, 1)) ? 0 : BLOCK_ABORT;
}

error_t tables_find(struct volume *volume)
{
    ext2_filsys fs = volume->fs;
    OK_OR_RETURN(error_of(ext2fs_allocate_block_bitmap(fs, "own tables", &volume->tables)));
    for (dgrp_t group = 0; group < fs->group_desc_count; group++)
        OK_OR_RETURN(mark_group(volume, group));
    if (!volume->journal)
        return OK;
    return error_of(ext2fs_block_iterate3(fs, EXT2_JOURNAL_INO, BLOCK_FLAG_READ_ONLY, NULL,
                                          mark_block, volume));
}

bool tables_allow(struct volume *volume, uint64_t first, uint64_t num)
{
    if (!is_on_device(volume, first, num))
        return false;
    // libext2fs's test is true if none of the blocks is marked.
    return !volume->tables ||
           ext2fs_test_block_bitmap_range2(volume->tables, first, (blk_t)num) != 0;
}
