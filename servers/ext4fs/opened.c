// Open files and orphans. The list of orphans begins in the superblock and continues in the inodes,
// in the field that otherwise has the time of deletion.
#include "opened.h"
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "file.h"
#include "inode.h"
#include "io.h"
#include "tree.h"

static list_t *list_of(struct volume *volume, ext2_ino_t ino)
{
    return &volume->open_files[ino % VOLUME_OPEN_LISTS];
}

void opened_init(struct volume *volume)
{
    for (unsigned i = 0; i < VOLUME_OPEN_LISTS; i++)
        list_init(&volume->open_files[i]);
}

void opened_drop(struct volume *volume)
{
    for (unsigned i = 0; i < VOLUME_OPEN_LISTS; i++) {
        LIST_FOR_EACH (file, &volume->open_files[i], struct opened, elem) {
            list_remove(&file->elem);
            free(file);
        }
    }
}

struct opened *opened_find(struct volume *volume, ext2_ino_t ino)
{
    LIST_FOR_EACH (file, list_of(volume, ino), struct opened, elem) {
        if (file->ino == ino)
            return file;
    }
    return NULL;
}

// Frees an inode and its blocks.
static error_t inode_free(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    ext2_filsys fs = volume->fs;
    if (ext2fs_inode_has_valid_blocks2(fs, inode_short(inode)))
        OK_OR_RETURN(file_punch(volume, ino, inode, 0, FILE_END));
    OK_OR_RETURN(error_of(ext2fs_free_ext_attr(fs, ino, inode)));
    bool is_dir = LINUX_S_ISDIR(inode->i_mode);
    OK_OR_RETURN(error_of(ext2fs_inode_size_set(fs, inode_short(inode), 0)));
    inode->i_links_count = 0;
    inode->i_dtime = (uint32_t)time(NULL);
    inode_touch(volume, inode, TIME_CHANGE);
    OK_OR_RETURN(inode_write(volume, ino, inode));
    ext2fs_inode_alloc_stats2(fs, ino, -1, is_dir);
    if (is_dir)
        entry_forget(volume, ino);
    return OK;
}

static error_t add_orphan(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    inode->i_dtime = volume->fs->super->s_last_orphan;
    OK_OR_RETURN(inode_write(volume, ino, inode));
    volume->fs->super->s_last_orphan = ino;
    ext2fs_mark_super_dirty(volume->fs);
    return OK;
}

// Removes an orphan from anywhere in the list.
static error_t remove_orphan(struct volume *volume, ext2_ino_t ino, uint32_t next)
{
    struct ext2_super_block *super = volume->fs->super;
    struct ext2_inode_large inode;
    if (super->s_last_orphan == ino) {
        super->s_last_orphan = next;
        ext2fs_mark_super_dirty(volume->fs);
        return OK;
    }
    ext2_ino_t at = super->s_last_orphan;
    for (uint32_t i = 0; at != 0 && i < super->s_inodes_count; i++) {
        OK_OR_RETURN(inode_read(volume, at, &inode));
        if (inode.i_dtime == ino) {
            inode.i_dtime = next;
            return inode_write(volume, at, &inode);
        }
        at = inode.i_dtime;
    }
    return ERR_UNAVAILABLE;
}

static error_t free_orphan(struct volume *volume, ext2_ino_t ino)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    OK_OR_RETURN(remove_orphan(volume, ino, inode.i_dtime));
    return inode_free(volume, ino, &inode);
}

struct opened *opened_get(struct volume *volume, ext2_ino_t ino)
{
    struct opened *file = opened_find(volume, ino);
    if (!file) {
        file = calloc(1, sizeof(*file));
        if (!file)
            return NULL;
        file->ino = ino;
        list_push_back(list_of(volume, ino), &file->elem);
    }
    file->count++;
    return file;
}

error_t opened_put(struct volume *volume, struct opened *file)
{
    if (--file->count > 0)
        return OK;
    error_t err = file->is_orphan ? free_orphan(volume, file->ino) : OK;
    list_remove(&file->elem);
    free(file);
    return err;
}

error_t opened_unlink(struct volume *volume, ext2_ino_t ino)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    bool is_dir = LINUX_S_ISDIR(inode.i_mode);
    inode_touch(volume, &inode, TIME_CHANGE);
    if (!is_dir && inode.i_links_count > 1) {
        inode.i_links_count--;
        return inode_write(volume, ino, &inode);
    }
    inode.i_links_count = 0;
    struct opened *file = opened_find(volume, ino);
    if (!file)
        return inode_free(volume, ino, &inode);
    file->is_orphan = true;
    return add_orphan(volume, ino, &inode);
}

// An orphan that still has a name was being truncated when the machine stopped.
static error_t finish_orphan(struct volume *volume, ext2_ino_t ino)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    volume->fs->super->s_last_orphan = inode.i_dtime;
    ext2fs_mark_super_dirty(volume->fs);
    if (inode.i_links_count == 0)
        return inode_free(volume, ino, &inode);
    inode.i_dtime = 0;
    OK_OR_RETURN(inode_write(volume, ino, &inode));
    return LINUX_S_ISREG(inode.i_mode) ? file_resize(volume, ino, inode_size(volume, &inode)) : OK;
}

error_t opened_free_orphans(struct volume *volume)
{
    struct ext2_super_block *super = volume->fs->super;
    for (uint32_t i = 0; super->s_last_orphan != 0; i++) {
        ext2_ino_t ino = super->s_last_orphan;
        // Each orphan is removed from the list before it is freed. So if an inode in the list is
        // free, the list names it twice.
        if (!inode_is_valid(volume, ino) || i > super->s_inodes_count ||
            !ext2fs_test_inode_bitmap2(volume->fs->inode_map, ino))
            return ERR_UNAVAILABLE;
        OK_OR_RETURN(finish_orphan(volume, ino));
    }
    return OK;
}
