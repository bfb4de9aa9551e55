// Making, naming and removing. What can fail for want of room is done first.
#include "tree.h"
#include <string.h>
#include "inode.h"
#include "io.h"
#include "opened.h"
#include "walk.h"

#define FIXED_FLAGS (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT4_ENCRYPT_FL)

// A name in a directory, and what it names now.
struct place {
    ext2_ino_t dir;
    char name[EXT2_NAME_LEN + 1];
    ext2_ino_t ino; // 0: nothing
    struct ext2_inode_large inode;
};

// Finds where a path's last name is, in a directory that may be changed.
static error_t find_place(struct volume *volume, const char *path, struct place *place)
{
    struct ext2_inode_large dir;
    if (volume->read_only)
        return ERR_NOT_PERMITTED;
    OK_OR_RETURN(walk_parent(volume, path, &place->dir, place->name));
    error_t err = walk_lookup(volume, place->dir, place->name, strlen(place->name), &place->ino);
    if (err == ERR_NOT_FOUND)
        place->ino = 0;
    else if (IS_ERROR(err))
        return err;
    if (place->ino != 0) {
        OK_OR_RETURN(inode_read(volume, place->ino, &place->inode));
        if (LINUX_S_ISDIR(place->inode.i_mode))
            OK_OR_RETURN(walk_check_below(volume, place->dir, place->ino));
    }
    OK_OR_RETURN(inode_read(volume, place->dir, &dir));
    return dir.i_flags & FIXED_FLAGS ? ERR_NOT_PERMITTED : OK;
}

static error_t find_free(struct volume *volume, const char *path, struct place *place)
{
    error_t err = find_place(volume, path, place);
    if (err == ERR_IN_USE || (IS_OK(err) && place->ino != 0))
        return ERR_ALREADY_EXISTS; // the root is there too
    return err;
}

static error_t find_taken(struct volume *volume, const char *path, struct place *place)
{
    OK_OR_RETURN(find_place(volume, path, place));
    if (place->ino == 0)
        return ERR_NOT_FOUND;
    return place->inode.i_flags & FIXED_FLAGS & ~EXT4_ENCRYPT_FL ? ERR_NOT_PERMITTED : OK;
}

// --- Making -------------------------------------------------------------------------------------

// A file without content, in extents if the file system has them.
static error_t write_new_file(struct volume *volume, ext2_ino_t ino, uint32_t mode)
{
    ext2_filsys fs = volume->fs;
    struct ext2_inode_large inode;
    memset(&inode, 0, sizeof(inode));
    inode.i_mode = (uint16_t)(LINUX_S_IFREG | (mode & 07777));
    inode.i_links_count = 1;
    if (EXT2_INODE_SIZE(fs->super) > EXT2_GOOD_OLD_INODE_SIZE)
        inode.i_extra_isize = sizeof(inode) - EXT2_GOOD_OLD_INODE_SIZE;
    inode_touch(volume, &inode, TIME_ACCESS | TIME_MODIFY | TIME_CHANGE);
    inode.i_crtime = inode.i_mtime;
    inode.i_crtime_extra = inode.i_mtime_extra;
    if (ext2fs_has_feature_extents(fs->super)) {
        ext2_extent_handle_t handle;
        inode.i_flags |= EXT4_EXTENTS_FL;
        OK_OR_RETURN(error_of(ext2fs_extent_open2(fs, ino, inode_short(&inode), &handle)));
        ext2fs_extent_free(handle);
    }
    OK_OR_RETURN(error_of(ext2fs_write_new_inode(fs, ino, inode_short(&inode))));
    return inode_write(volume, ino, &inode);
}

error_t tree_create(struct volume *volume, const char *path, uint32_t mode, ext2_ino_t *ino)
{
    struct place place;
    ext2_ino_t made;
    OK_OR_RETURN(find_free(volume, path, &place));
    OK_OR_RETURN(
        error_of(ext2fs_new_inode(volume->fs, place.dir, LINUX_S_IFREG | 0644, NULL, &made)));
    OK_OR_RETURN(entry_add(volume, place.dir, place.name, made, LINUX_S_IFREG));
    ext2fs_inode_alloc_stats2(volume->fs, made, +1, 0);
    OK_OR_RETURN(write_new_file(volume, made, mode));
    OK_OR_RETURN(entry_changed(volume, place.dir, 0));
    *ino = made;
    return OK;
}

// What libext2fs made, with no name yet, gets the mode and the times that it should have, and a
// name. Without one, it is freed.
static error_t finish_new(struct volume *volume, const struct place *place, ext2_ino_t ino,
                          uint32_t mode)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    inode.i_mode = (uint16_t)((inode.i_mode & LINUX_S_IFMT) | (mode & 07777));
    if (EXT2_INODE_SIZE(volume->fs->super) > EXT2_GOOD_OLD_INODE_SIZE)
        inode.i_extra_isize = sizeof(inode) - EXT2_GOOD_OLD_INODE_SIZE;
    inode_touch(volume, &inode, TIME_ACCESS | TIME_MODIFY | TIME_CHANGE);
    inode.i_crtime = inode.i_mtime;
    inode.i_crtime_extra = inode.i_mtime_extra;
    OK_OR_RETURN(inode_write(volume, ino, &inode));
    error_t err = entry_add(volume, place->dir, place->name, ino, inode.i_mode);
    if (IS_OK(err))
        return entry_changed(volume, place->dir, 0);
    OK_OR_RETURN(opened_unlink(volume, ino));
    return LINUX_S_ISDIR(inode.i_mode) && IS_ERROR(entry_changed(volume, place->dir, -1))
               ? ERR_UNAVAILABLE
               : err;
}

error_t tree_mkdir(struct volume *volume, const char *path, uint32_t mode)
{
    struct place place;
    ext2_ino_t ino;
    OK_OR_RETURN(find_free(volume, path, &place));
    OK_OR_RETURN(
        error_of(ext2fs_new_inode(volume->fs, place.dir, LINUX_S_IFDIR | 0755, NULL, &ino)));
    OK_OR_RETURN(error_of(ext2fs_mkdir(volume->fs, place.dir, ino, NULL)));
    return finish_new(volume, &place, ino, mode);
}

error_t tree_symlink(struct volume *volume, const char *target, const char *path)
{
    struct place place;
    ext2_ino_t ino;
    size_t len = strlen(target);
    if (len == 0)
        return ERR_INVALID_ARG;
    if (len > WALK_PATH_MAX || len >= volume->fs->blocksize)
        return ERR_TOO_LARGE;
    OK_OR_RETURN(find_free(volume, path, &place));
    OK_OR_RETURN(
        error_of(ext2fs_new_inode(volume->fs, place.dir, LINUX_S_IFLNK | 0777, NULL, &ino)));
    OK_OR_RETURN(error_of(ext2fs_symlink(volume->fs, place.dir, ino, NULL, target)));
    return finish_new(volume, &place, ino, 0777);
}

error_t tree_link(struct volume *volume, const char *from, const char *to)
{
    struct place source, place;
    OK_OR_RETURN(find_taken(volume, from, &source));
    if (LINUX_S_ISDIR(source.inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    if (source.inode.i_links_count >= EXT2_LINK_MAX)
        return ERR_IN_USE;
    OK_OR_RETURN(find_free(volume, to, &place));
    OK_OR_RETURN(entry_add(volume, place.dir, place.name, source.ino, source.inode.i_mode));
    source.inode.i_links_count++;
    inode_touch(volume, &source.inode, TIME_CHANGE);
    OK_OR_RETURN(inode_write(volume, source.ino, &source.inode));
    return entry_changed(volume, place.dir, 0);
}

// --- Removing -----------------------------------------------------------------------------------

error_t tree_remove(struct volume *volume, const char *path)
{
    struct place place;
    error_t err = find_taken(volume, path, &place);
    if (err == ERR_IN_USE || (IS_OK(err) && LINUX_S_ISDIR(place.inode.i_mode)))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(err);
    OK_OR_RETURN(entry_remove(volume, place.dir, place.name));
    OK_OR_RETURN(opened_unlink(volume, place.ino));
    return entry_changed(volume, place.dir, 0);
}

error_t tree_rmdir(struct volume *volume, const char *path)
{
    struct place place;
    OK_OR_RETURN(find_taken(volume, path, &place));
    if (!LINUX_S_ISDIR(place.inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(entry_none(volume, place.ino));
    OK_OR_RETURN(entry_remove(volume, place.dir, place.name));
    OK_OR_RETURN(opened_unlink(volume, place.ino));
    return entry_changed(volume, place.dir, -1);
}

// --- Renaming -----------------------------------------------------------------------------------

// Whether `dir` is `above` or below it. No path is deeper than half its length.
static error_t check_not_below(struct volume *volume, ext2_ino_t dir, ext2_ino_t above)
{
    for (int depth = 0; depth <= WALK_PATH_MAX && dir != EXT2_ROOT_INO; depth++) {
        if (dir == above)
            return ERR_INVALID_ARG;
        OK_OR_RETURN(walk_lookup(volume, dir, "..", 2, &dir));
    }
    return dir == EXT2_ROOT_INO ? OK : ERR_UNAVAILABLE;
}

static error_t check_replace(struct volume *volume, const struct place *source,
                             const struct place *place)
{
    bool is_dir = LINUX_S_ISDIR(source->inode.i_mode);
    if (is_dir)
        OK_OR_RETURN(check_not_below(volume, place->dir, source->ino));
    if (place->ino == 0)
        return OK;
    if (place->inode.i_flags & FIXED_FLAGS & ~EXT4_ENCRYPT_FL)
        return ERR_NOT_PERMITTED;
    if (is_dir != (bool)LINUX_S_ISDIR(place->inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    return is_dir ? entry_none(volume, place->ino) : OK;
}

// Puts the source's inode where the name leads to.
static error_t put_at(struct volume *volume, const struct place *source, struct place *place)
{
    uint16_t mode = source->inode.i_mode;
    if (place->ino == 0)
        return entry_add(volume, place->dir, place->name, source->ino, mode);
    OK_OR_RETURN(entry_set(volume, place->dir, place->name, source->ino, mode));
    OK_OR_RETURN(opened_unlink(volume, place->ino));
    return LINUX_S_ISDIR(mode) ? entry_changed(volume, place->dir, -1) : OK;
}

error_t tree_rename(struct volume *volume, const char *from, const char *to)
{
    struct place source, place;
    OK_OR_RETURN(find_taken(volume, from, &source));
    OK_OR_RETURN(find_place(volume, to, &place));
    if (source.ino == place.ino)
        return OK;
    OK_OR_RETURN(check_replace(volume, &source, &place));
    OK_OR_RETURN(put_at(volume, &source, &place));
    OK_OR_RETURN(entry_remove(volume, source.dir, source.name));
    bool moves = LINUX_S_ISDIR(source.inode.i_mode) && source.dir != place.dir;
    if (moves)
        OK_OR_RETURN(entry_set(volume, source.ino, "..", place.dir, LINUX_S_IFDIR));
    OK_OR_RETURN(entry_changed(volume, source.dir, moves ? -1 : 0));
    OK_OR_RETURN(entry_changed(volume, place.dir, moves ? 1 : 0));
    // Read again: its entry ".." may have been within it.
    OK_OR_RETURN(inode_read(volume, source.ino, &source.inode));
    inode_touch(volume, &source.inode, TIME_CHANGE);
    return inode_write(volume, source.ino, &source.inode);
}
