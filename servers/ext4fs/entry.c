// Entries of directories. dirindex.h finds them, so the index that Linux may have stored in a
// directory is not used. That index is removed when an entry is added. libext2fs handles
// directories that are stored within their inode, which are small.
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include "dirblock.h"
#include "dirfile.h"
#include "dirindex.h"
#include "inode.h"
#include "io.h"
#include "tree.h"

static int type_of(uint16_t mode)
{
    if (LINUX_S_ISREG(mode))
        return EXT2_FT_REG_FILE;
    if (LINUX_S_ISDIR(mode))
        return EXT2_FT_DIR;
    if (LINUX_S_ISLNK(mode))
        return EXT2_FT_SYMLINK;
    if (LINUX_S_ISCHR(mode))
        return EXT2_FT_CHRDEV;
    if (LINUX_S_ISBLK(mode))
        return EXT2_FT_BLKDEV;
    if (LINUX_S_ISFIFO(mode))
        return EXT2_FT_FIFO;
    return LINUX_S_ISSOCK(mode) ? EXT2_FT_SOCK : EXT2_FT_UNKNOWN;
}

// --- The index ----------------------------------------------------------------------------------

// Adds the entries of the current block to the index.
static error_t note_block(struct dir *dir, struct dirindex *index, uint32_t number)
{
    struct dirblock_walk walk;
    dirblock_begin(&walk, dir->volume->fs, dir->block);
    while (dir->at != 0 && dirblock_next(&walk)) {
        size_t len = (size_t)ext2fs_dirent_name_len(walk.entry);
        if (walk.entry->inode != 0 && len > 0)
            OK_OR_RETURN(dirindex_add(index, walk.entry->name, len, walk.entry->inode, number));
    }
    if (walk.is_damaged)
        return ERR_UNAVAILABLE;
    unsigned room = dir->at != 0 ? dirblock_room(dir->volume->fs, dir->block) : 0;
    return dirindex_set_room(index, number, room);
}

static error_t note_all(struct dir *dir, struct dirindex *index)
{
    for (uint32_t i = 0; i < dir->num_blocks; i++) {
        error_t err = dir_read(dir, i);
        if (IS_OK(err))
            err = note_block(dir, index, i);
        if (err == ERR_NO_MEMORY)
            return err;
        if (IS_ERROR(err)) {
            dirindex_set_damaged(index);
            return OK;
        }
    }
    return OK;
}

static error_t index_of(struct dir *dir, struct dirindex **found)
{
    struct dirindexes *all = dir->volume->indexes;
    struct dirindex *index = dirindex_find(all, dir->ino);
    if (!index) {
        index = dirindex_make(all, dir->ino);
        error_t err = index ? note_all(dir, index) : ERR_NO_MEMORY;
        if (IS_ERROR(err)) {
            entry_forget(dir->volume, dir->ino);
            return err;
        }
    }
    *found = index;
    return OK;
}

void entry_forget(struct volume *volume, ext2_ino_t dir)
{
    dirindex_forget(volume->indexes, dir);
}

// Removes the index that Linux stored.
static error_t unindex(struct dir *dir)
{
    for (uint32_t i = 0; i < dir->num_blocks; i++) {
        OK_OR_RETURN(dir_read(dir, i));
        if (dir->at == 0)
            continue;
        dirblock_unindex(dir->volume->fs, dir->block, i == 0);
        OK_OR_RETURN(dir_write(dir));
    }
    dir->inode.i_flags &= ~(uint32_t)EXT2_INDEX_FL;
    entry_forget(dir->volume, dir->ino);
    return inode_write(dir->volume, dir->ino, &dir->inode);
}

// --- Finding ------------------------------------------------------------------------------------

error_t entry_find(struct volume *volume, ext2_ino_t ino, const char *name, size_t len,
                   ext2_ino_t *found)
{
    struct dir dir;
    struct dirindex *index;
    error_t err = dir_open(&dir, volume, ino);
    if (IS_OK(err) && dir_is_inline(&dir)) {
        err = error_of(ext2fs_lookup(volume->fs, ino, name, (int)len, NULL, found));
    } else if (IS_OK(err)) {
        err = index_of(&dir, &index);
        const struct dirindex_entry *entry = IS_OK(err) ? dirindex_lookup(index, name, len) : NULL;
        if (entry)
            *found = entry->ino;
        else if (IS_OK(err))
            err = dirindex_is_damaged(index) ? ERR_UNAVAILABLE : ERR_NOT_FOUND;
    }
    dir_close(&dir);
    return err;
}

// Reads the block that a name is in, and goes to its entry.
static error_t read_entry(struct dir *dir, struct dirindex *index, const char *name,
                          struct dirindex_entry **entry, struct dirblock_walk *walk)
{
    *entry = dirindex_lookup(index, name, strlen(name));
    if (!*entry)
        return dirindex_is_damaged(index) ? ERR_UNAVAILABLE : ERR_NOT_FOUND;
    OK_OR_RETURN(dir_read(dir, (*entry)->block));
    dirblock_begin(walk, dir->volume->fs, dir->block);
    bool found = dir->at != 0 && dirblock_find(walk, name, strlen(name));
    return found ? OK : ERR_UNAVAILABLE;
}

// --- Changing -----------------------------------------------------------------------------------

// Adds a block to the directory.
static error_t expand(struct dir *dir, struct dirindex *index, uint32_t *number)
{
    *number = dirindex_num_blocks(index);
    OK_OR_RETURN(error_of(ext2fs_expand_dir(dir->volume->fs, dir->ino)));
    OK_OR_RETURN(inode_read(dir->volume, dir->ino, &dir->inode));
    return dirindex_set_room(index, *number, UINT16_MAX);
}

static error_t add(struct dir *dir, const char *name, ext2_ino_t ino, int type)
{
    struct dirindex *index;
    uint32_t number;
    size_t len = strlen(name);
    if (dir->inode.i_flags & EXT2_INDEX_FL)
        OK_OR_RETURN(unindex(dir));
    OK_OR_RETURN(index_of(dir, &index));
    if (dirindex_is_damaged(index))
        return ERR_UNAVAILABLE;
    if (!dirindex_find_room(index, dirblock_entry_len(len), &number))
        OK_OR_RETURN(expand(dir, index, &number));
    OK_OR_RETURN(dir_read(dir, number));
    if (dir->at == 0 || !dirblock_insert(dir->volume->fs, dir->block, name, len, ino, type))
        return ERR_UNAVAILABLE;
    OK_OR_RETURN(dir_write(dir));
    OK_OR_RETURN(dirindex_set_room(index, number, dirblock_room(dir->volume->fs, dir->block)));
    return dirindex_add(index, name, len, ino, number);
}

static error_t add_inline(struct dir *dir, const char *name, ext2_ino_t ino, int type)
{
    ext2_filsys fs = dir->volume->fs;
    errcode_t code = ext2fs_link(fs, dir->ino, name, ino, type);
    if (code == EXT2_ET_DIR_NO_SPACE) {
        OK_OR_RETURN(error_of(ext2fs_expand_dir(fs, dir->ino)));
        code = ext2fs_link(fs, dir->ino, name, ino, type);
    }
    return error_of(code);
}

// Drops the index after a failed change, so that the directory is read again.
static error_t finish(struct dir *dir, error_t err)
{
    if (IS_ERROR(err))
        entry_forget(dir->volume, dir->ino);
    dir_close(dir);
    return err;
}

error_t entry_add(struct volume *volume, ext2_ino_t ino, const char *name, ext2_ino_t added,
                  uint16_t mode)
{
    struct dir dir;
    error_t err = dir_open(&dir, volume, ino);
    if (IS_OK(err))
        err = dir_is_inline(&dir) ? add_inline(&dir, name, added, type_of(mode))
                                  : add(&dir, name, added, type_of(mode));
    return finish(&dir, err);
}

static error_t remove_from(struct dir *dir, const char *name)
{
    struct dirindex *index;
    struct dirindex_entry *entry;
    struct dirblock_walk walk;
    OK_OR_RETURN(index_of(dir, &index));
    OK_OR_RETURN(read_entry(dir, index, name, &entry, &walk));
    dirblock_remove(&walk);
    OK_OR_RETURN(dir_write(dir));
    unsigned room = dirblock_room(dir->volume->fs, dir->block);
    OK_OR_RETURN(dirindex_set_room(index, entry->block, room));
    dirindex_remove(index, entry);
    return OK;
}

error_t entry_remove(struct volume *volume, ext2_ino_t ino, const char *name)
{
    struct dir dir;
    error_t err = dir_open(&dir, volume, ino);
    if (IS_OK(err))
        err = dir_is_inline(&dir) ? error_of(ext2fs_unlink(volume->fs, ino, name, 0, 0))
                                  : remove_from(&dir, name);
    return finish(&dir, err);
}

struct change {
    const char *name;
    ext2_ino_t ino;
    int type; // -1: the file system does not keep it
    bool done;
};

static int change_entry(ext2_ino_t dir, int entry, struct ext2_dir_entry *dirent, int offset,
                        int block_size, char *buf, void *arg)
{
    (void)dir, (void)entry, (void)offset, (void)block_size, (void)buf;
    struct change *change = arg;
    size_t len = strlen(change->name);
    if ((size_t)ext2fs_dirent_name_len(dirent) != len ||
        memcmp(dirent->name, change->name, len) != 0)
        return 0;
    dirent->inode = change->ino;
    if (change->type >= 0)
        ext2fs_dirent_set_file_type(dirent, change->type);
    change->done = true;
    return DIRENT_ABORT | DIRENT_CHANGED;
}

static error_t set_inline(struct dir *dir, const char *name, ext2_ino_t ino, int type)
{
    ext2_filsys fs = dir->volume->fs;
    struct change change = {.name = name, .ino = ino, .type = -1};
    if (ext2fs_has_feature_filetype(fs->super))
        change.type = type;
    OK_OR_RETURN(error_of(ext2fs_dir_iterate2(fs, dir->ino, 0, NULL, change_entry, &change)));
    return change.done ? OK : ERR_NOT_FOUND;
}

static error_t set(struct dir *dir, const char *name, ext2_ino_t ino, int type)
{
    struct dirindex *index;
    struct dirindex_entry *entry;
    struct dirblock_walk walk;
    OK_OR_RETURN(index_of(dir, &index));
    OK_OR_RETURN(read_entry(dir, index, name, &entry, &walk));
    dirblock_set(&walk, ino, type);
    OK_OR_RETURN(dir_write(dir));
    entry->ino = ino;
    return OK;
}

error_t entry_set(struct volume *volume, ext2_ino_t ino, const char *name, ext2_ino_t other,
                  uint16_t mode)
{
    struct dir dir;
    error_t err = dir_open(&dir, volume, ino);
    if (IS_OK(err))
        err = dir_is_inline(&dir) ? set_inline(&dir, name, other, type_of(mode))
                                  : set(&dir, name, other, type_of(mode));
    return finish(&dir, err);
}

static int see_entry(ext2_ino_t dir, int entry, struct ext2_dir_entry *dirent, int offset,
                     int block_size, char *buf, void *arg)
{
    (void)dir, (void)entry, (void)offset, (void)block_size, (void)buf;
    int len = ext2fs_dirent_name_len(dirent);
    bool is_dots = dirent->name[0] == '.' && (len == 1 || (len == 2 && dirent->name[1] == '.'));
    if (is_dots)
        return 0;
    *(bool *)arg = true;
    return DIRENT_ABORT;
}

error_t entry_none(struct volume *volume, ext2_ino_t dir)
{
    bool any = false;
    OK_OR_RETURN(error_of(ext2fs_dir_iterate2(volume->fs, dir, 0, NULL, see_entry, &any)));
    return any ? ERR_NOT_EMPTY : OK;
}

error_t entry_changed(struct volume *volume, ext2_ino_t dir, int links)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, dir, &inode));
    int num = inode.i_links_count + links;
    // A count of 1 means that there are too many links to count.
    if (links != 0 && inode.i_links_count != 1)
        inode.i_links_count = (uint16_t)(num < 2 ? 2 : num >= EXT2_LINK_MAX ? 1 : num);
    inode_touch(volume, &inode, TIME_MODIFY | TIME_CHANGE);
    return inode_write(volume, dir, &inode);
}
