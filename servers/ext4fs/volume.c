// Opens, commits and closes a file system.
#include "volume.h"
#include <resea/printf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "dirindex.h"
#include "feature.h"
#include "io.h"
#include "journal.h"
#include "opened.h"
#include "tables.h"

static struct volume *volume_of(ext2_filsys fs)
{
    return fs->priv_data;
}

// libext2fs calls this after it has taken or freed a block.
static void on_block(ext2_filsys fs, blk64_t block, int in_use)
{
    struct volume *volume = volume_of(fs);
    if (in_use > 0)
        return;
    ext2fs_mark_block_bitmap2(fs->block_map, block);
    ext2fs_mark_block_bitmap2(volume->freed, block);
    volume->has_freed = true;
}

static void on_range(ext2_filsys fs, blk64_t first, blk_t num, int in_use)
{
    struct volume *volume = volume_of(fs);
    if (in_use > 0)
        return;
    ext2fs_mark_block_bitmap_range2(fs->block_map, first, num);
    ext2fs_mark_block_bitmap_range2(volume->freed, first, num);
    volume->has_freed = true;
}

// Marks freed blocks as free in the bitmap, before the bitmaps are written.
static void release_freed(struct volume *volume)
{
    ext2_filsys fs = volume->fs;
    blk64_t first = fs->super->s_first_data_block;
    blk64_t last = ext2fs_blocks_count(fs->super) - 1, block;
    if (!volume->has_freed)
        return;
    while (first <= last &&
           ext2fs_find_first_set_block_bitmap2(volume->freed, first, last, &block) == 0) {
        blk64_t end;
        if (ext2fs_find_first_zero_block_bitmap2(volume->freed, block, last, &end) != 0)
            end = last + 1;
        ext2fs_unmark_block_bitmap_range2(fs->block_map, block, (unsigned)(end - block));
        first = end;
    }
    ext2fs_clear_block_bitmap(volume->freed);
    volume->has_freed = false;
}

static error_t read_bitmaps(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    ext2_filsys fs = volume->fs;
    errcode_t code = ext2fs_read_bitmaps(fs);
    if (code == 0)
        code = ext2fs_allocate_block_bitmap(fs, "freed blocks", &volume->freed);
    if (code != 0) {
        snprintf(error, VOLUME_ERROR_LEN, "its bitmaps cannot be read");
        return error_of(code);
    }
    fs->flags |= EXT2_FLAG_MASTER_SB_ONLY;
    ext2fs_set_block_alloc_stats_callback(fs, on_block, NULL);
    ext2fs_set_block_alloc_stats_range_callback(fs, on_range, NULL);
    return OK;
}

// Checks the first block of the groups. libext2fs computes the length of its bitmaps from it, and
// does not check it.
static bool groups_begin_right(ext2_filsys fs)
{
    bool any = ext2fs_has_feature_bigalloc(fs->super); // bigalloc has rules of its own
    return any || fs->super->s_first_data_block == (fs->blocksize == 1024);
}

// Logs an error of libext2fs in place of com_err(), which would need a system call for its output.
static void on_complaint(const char *who, errcode_t code, const char *format, va_list args)
{
    char text[200];
    vsnprintf(text, sizeof(text), format, args);
    WARN("the file system is damaged: %s: %s%s%s", who, code ? error_message(code) : "",
         code ? ": " : "", text);
}

// Checks the features before libext2fs relies on them. libext2fs itself reports a missing
// superblock.
static error_t check_features(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    struct ext2_super_block super;
    STATIC_ASSERT(sizeof(super) == SUPERBLOCK_SIZE);
    OK_OR_RETURN(cache_set_block_size(volume->cache, SUPERBLOCK_SIZE));
    error_t err = cache_read(volume->cache, SUPERBLOCK_OFFSET / SUPERBLOCK_SIZE, 1, &super);
    if (IS_ERROR(err) || super.s_magic != EXT2_SUPER_MAGIC)
        return OK;
    return feature_check(&super, &volume->only_read, error);
}

static error_t open_fs(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    initialize_ext2_error_table();
    set_com_err_hook(on_complaint);
    OK_OR_RETURN(check_features(volume, error));
    bool writable = !volume->read_only && !volume->only_read;
    int flags = EXT2_FLAG_64BITS | EXT2_FLAG_SKIP_MMP | (writable ? EXT2_FLAG_RW : 0);
    errcode_t code =
        ext2fs_open2("blk", NULL, flags, 0, 0, io_manager_on(volume->cache), &volume->fs);
    if (code != 0) {
        volume->fs = NULL;
        snprintf(error, VOLUME_ERROR_LEN, "%s", error_message(code));
        error_t err = error_of(code);
        return err == ERR_UNAVAILABLE ? ERR_NOT_ACCEPTABLE : err;
    }
    volume->fs->priv_data = volume;
    snprintf(error, VOLUME_ERROR_LEN, "its superblock is damaged");
    return groups_begin_right(volume->fs) ? OK : ERR_NOT_ACCEPTABLE;
}

// Replays the journal and opens the file system and the journal again, because any block of either
// may have changed.
static error_t recover(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    snprintf(error, VOLUME_ERROR_LEN, "its journal must be replayed by e2fsck");
    if (volume->read_only || !volume->journal)
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(journal_replay(volume->journal, ext2fs_blocks_count(volume->fs->super)));
    ext2fs_free(volume->fs);
    volume->fs = NULL;
    OK_OR_RETURN(open_fs(volume, error));
    snprintf(error, VOLUME_ERROR_LEN, "its journal is damaged");
    journal_free(volume->journal);
    volume->journal = NULL;
    return journal_open(volume, &volume->journal);
}

// Marks the file system on the device as in use or not. After a crash, the next program finds the
// mark and replays the journal, or checks a file system without one.
static error_t set_in_use(struct volume *volume, bool in_use)
{
    struct ext2_super_block *super = volume->fs->super;
    if (volume->journal && in_use)
        ext2fs_set_feature_journal_needs_recovery(super);
    else if (volume->journal)
        ext2fs_clear_feature_journal_needs_recovery(super);
    else if (in_use)
        super->s_state &= (uint16_t)~EXT2_VALID_FS;
    else
        super->s_state |= volume->was_valid;
    ext2fs_mark_super_dirty(volume->fs);
    OK_OR_RETURN(error_of(ext2fs_flush2(volume->fs, EXT2_FLAG_FLUSH_NO_SYNC)));
    OK_OR_RETURN(cache_flush(volume->cache, BLOCK_META));
    return cache_device_flush(volume->cache);
}

static error_t open_writable(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    OK_OR_RETURN(read_bitmaps(volume, error));
    snprintf(error, VOLUME_ERROR_LEN, "its group descriptors are damaged");
    OK_OR_RETURN(tables_find(volume));
    struct ext2_super_block *super = volume->fs->super;
    volume->was_valid = super->s_state & EXT2_VALID_FS;
    if (!volume->journal && !volume->was_valid)
        WARN("the file system was not closed when it was last used: e2fsck should look at it");
    if (super->s_state & EXT2_ERROR_FS)
        WARN("the file system has errors: e2fsck should look at it");
    snprintf(error, VOLUME_ERROR_LEN, "it cannot be written");
    OK_OR_RETURN(set_in_use(volume, true));
    volume->in_use = true;
    snprintf(error, VOLUME_ERROR_LEN, "its list of deleted files is damaged");
    OK_OR_RETURN(opened_free_orphans(volume));
    return volume_commit(volume);
}

static error_t open_all(struct volume *volume, char error[VOLUME_ERROR_LEN])
{
    OK_OR_RETURN(open_fs(volume, error));
    OK_OR_RETURN(feature_check_mmp(volume, error));
    snprintf(error, VOLUME_ERROR_LEN, "its journal is damaged");
    OK_OR_RETURN(journal_open(volume, &volume->journal));
    if (ext2fs_has_feature_journal_needs_recovery(volume->fs->super))
        OK_OR_RETURN(recover(volume, error));
    volume->read_only |= volume->only_read;
    return volume->read_only ? OK : open_writable(volume, error);
}

error_t volume_open(const struct device *device, bool read_only, struct volume **opened,
                    char error[VOLUME_ERROR_LEN])
{
    struct volume *volume = calloc(1, sizeof(*volume));
    snprintf(error, VOLUME_ERROR_LEN, "out of memory");
    if (!volume)
        return ERR_NO_MEMORY;
    volume->read_only = read_only;
    opened_init(volume);
    volume->generation = (uint32_t)time(NULL) * 0x9e3779b1u;
    volume->cache = cache_create(device);
    volume->indexes = dirindexes_create();
    error_t err = volume->cache && volume->indexes ? open_all(volume, error) : ERR_NO_MEMORY;
    if (IS_ERROR(err))
        volume_drop(volume);
    else
        *opened = volume;
    return err;
}

bool volume_is_dirty(const struct volume *volume)
{
    return volume->has_freed || (volume->fs->flags & (EXT2_FLAG_DIRTY | EXT2_FLAG_CHANGED)) ||
           cache_num_dirty(volume->cache, BLOCK_DATA) > 0 ||
           cache_num_dirty(volume->cache, BLOCK_META) > 0;
}

error_t volume_commit(struct volume *volume)
{
    if (volume->read_only || !volume_is_dirty(volume))
        return OK;
    release_freed(volume);
    OK_OR_RETURN(error_of(ext2fs_flush2(volume->fs, EXT2_FLAG_FLUSH_NO_SYNC)));
    volume->fs->flags &= ~EXT2_FLAG_CHANGED;
    // Data is written first: metadata must not refer to blocks that are not written yet.
    OK_OR_RETURN(cache_flush(volume->cache, BLOCK_DATA));
    error_t err = volume->journal ? journal_commit(volume->journal) : ERR_TOO_LARGE;
    if (err != ERR_TOO_LARGE)
        return err;
    if (volume->journal)
        WARN("a change is larger than the journal, and not atomic");
    OK_OR_RETURN(cache_device_flush(volume->cache));
    OK_OR_RETURN(cache_flush(volume->cache, BLOCK_META));
    return cache_device_flush(volume->cache);
}

// This leaves room for the bitmaps and group descriptors that the commit adds, and for one more
// change.
error_t volume_relieve(struct volume *volume)
{
    size_t room = volume->journal ? journal_room(volume->journal) / 4 : 1024;
    return cache_num_dirty(volume->cache, BLOCK_META) < room ? OK : volume_commit(volume);
}

void volume_drop(struct volume *volume)
{
    if (!volume)
        return;
    if (volume->freed)
        ext2fs_free_block_bitmap(volume->freed);
    if (volume->tables)
        ext2fs_free_block_bitmap(volume->tables);
    if (volume->fs)
        ext2fs_free(volume->fs);
    opened_drop(volume);
    journal_free(volume->journal);
    dirindexes_destroy(volume->indexes);
    cache_destroy(volume->cache);
    free(volume);
}

error_t volume_close(struct volume *volume)
{
    // Frees files without a name even if they are open: no client can close them any more.
    error_t err = volume->in_use ? opened_free_orphans(volume) : OK;
    error_t commit_err = volume_commit(volume);
    if (IS_OK(err))
        err = commit_err;
    if (IS_OK(err) && volume->in_use)
        err = set_in_use(volume, false);
    volume_drop(volume);
    return err;
}
