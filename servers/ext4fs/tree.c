// Adds, removes and changes names. Steps that may fail for lack of room come first. make.c makes
// nodes.
#include "tree.h"
#include <string.h>
#include "inode.h"
#include "io.h"
#include "opened.h"
#include "walk.h"

error_t where_of_path(struct volume *volume, const char *path, struct where *where)
{
    return walk_parent(volume, path, &where->dir, where->name);
}

error_t where_in(ext2_ino_t dir, const char *name, struct where *where)
{
    size_t len = strlen(name);
    bool is_dots = name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
    if (len > EXT2_NAME_LEN)
        return ERR_TOO_LARGE;
    if (len == 0 || is_dots || strchr(name, '/'))
        return ERR_INVALID_ARG;
    where->dir = dir;
    memcpy(where->name, name, len + 1);
    return OK;
}

error_t place_find(struct volume *volume, const struct where *where, struct place *place)
{
    if (volume->read_only)
        return ERR_NOT_PERMITTED;
    place->where = *where;
    error_t err = walk_lookup(volume, where->dir, where->name, strlen(where->name), &place->ino);
    if (err == ERR_NOT_FOUND)
        place->ino = 0;
    else if (IS_ERROR(err))
        return err;
    if (place->ino != 0) {
        OK_OR_RETURN(inode_read(volume, place->ino, &place->inode));
        if (LINUX_S_ISDIR(place->inode.i_mode))
            OK_OR_RETURN(walk_check_below(volume, where->dir, place->ino));
    }
    OK_OR_RETURN(inode_read(volume, where->dir, &place->parent));
    if (place->parent.i_links_count == 0)
        return ERR_NOT_FOUND; // removed, but still open
    return place->parent.i_flags & FIXED_FLAGS ? ERR_NOT_PERMITTED : OK;
}

error_t place_find_free(struct volume *volume, const struct where *where, struct place *place)
{
    OK_OR_RETURN(place_find(volume, where, place));
    return place->ino != 0 ? ERR_ALREADY_EXISTS : OK;
}

static error_t find_taken(struct volume *volume, const struct where *where, struct place *place)
{
    OK_OR_RETURN(place_find(volume, where, place));
    if (place->ino == 0)
        return ERR_NOT_FOUND;
    return place->inode.i_flags & FIXED_FLAGS & ~EXT4_ENCRYPT_FL ? ERR_NOT_PERMITTED : OK;
}

error_t tree_link(struct volume *volume, ext2_ino_t ino, const struct where *where)
{
    struct place place;
    struct ext2_inode_large inode;
    if (volume->read_only)
        return ERR_NOT_PERMITTED;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (inode.i_flags & (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL))
        return ERR_NOT_PERMITTED;
    if (LINUX_S_ISDIR(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    if (inode.i_links_count >= EXT2_LINK_MAX)
        return ERR_IN_USE;
    if (inode.i_links_count == 0)
        return ERR_NOT_FOUND; // removed, but still open
    OK_OR_RETURN(place_find_free(volume, where, &place));
    OK_OR_RETURN(entry_add(volume, where->dir, where->name, ino, inode.i_mode));
    inode.i_links_count++;
    inode_touch(volume, &inode, TIME_CHANGE);
    OK_OR_RETURN(inode_write(volume, ino, &inode));
    return entry_changed(volume, where->dir, 0);
}

// --- Removing -----------------------------------------------------------------------------------

error_t tree_remove(struct volume *volume, const struct where *where)
{
    struct place place;
    OK_OR_RETURN(find_taken(volume, where, &place));
    if (LINUX_S_ISDIR(place.inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(entry_remove(volume, where->dir, where->name));
    OK_OR_RETURN(opened_unlink(volume, place.ino));
    return entry_changed(volume, where->dir, 0);
}

error_t tree_rmdir(struct volume *volume, const struct where *where)
{
    struct place place;
    OK_OR_RETURN(find_taken(volume, where, &place));
    if (!LINUX_S_ISDIR(place.inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(entry_none(volume, place.ino));
    OK_OR_RETURN(entry_remove(volume, where->dir, where->name));
    OK_OR_RETURN(opened_unlink(volume, place.ino));
    return entry_changed(volume, where->dir, -1);
}

// --- Renaming -----------------------------------------------------------------------------------

static bool is_dir(const struct place *place)
{
    return LINUX_S_ISDIR(place->inode.i_mode);
}

// Checks that `dir` is neither `above` nor below it. A damaged file system may have cycles.
static error_t check_not_below(struct volume *volume, ext2_ino_t dir, ext2_ino_t above)
{
    uint32_t max = volume->fs->super->s_inodes_count;
    for (uint32_t depth = 0; depth <= max && dir != EXT2_ROOT_INO; depth++) {
        if (dir == above)
            return ERR_INVALID_ARG;
        OK_OR_RETURN(walk_lookup(volume, dir, "..", 2, &dir));
    }
    return dir == EXT2_ROOT_INO ? OK : ERR_UNAVAILABLE;
}

static error_t check_replace(struct volume *volume, const struct place *source,
                             const struct place *place)
{
    if (is_dir(source))
        OK_OR_RETURN(check_not_below(volume, place->where.dir, source->ino));
    if (place->ino == 0)
        return OK;
    if (place->inode.i_flags & FIXED_FLAGS & ~EXT4_ENCRYPT_FL)
        return ERR_NOT_PERMITTED;
    if (is_dir(source) != is_dir(place))
        return ERR_NOT_ACCEPTABLE;
    return is_dir(source) ? entry_none(volume, place->ino) : OK;
}

// Makes the name of `place` name the inode of `source`.
static error_t put_at(struct volume *volume, const struct place *source, const struct place *place)
{
    const struct where *where = &place->where;
    uint16_t mode = source->inode.i_mode;
    if (place->ino == 0)
        return entry_add(volume, where->dir, where->name, source->ino, mode);
    OK_OR_RETURN(entry_set(volume, where->dir, where->name, source->ino, mode));
    OK_OR_RETURN(opened_unlink(volume, place->ino));
    return LINUX_S_ISDIR(mode) ? entry_changed(volume, where->dir, -1) : OK;
}

// Updates a node that got another name: its entry ".." and its time of change.
static error_t settle(struct volume *volume, const struct place *source, ext2_ino_t dir)
{
    struct ext2_inode_large inode;
    if (is_dir(source) && source->where.dir != dir)
        OK_OR_RETURN(entry_set(volume, source->ino, "..", dir, LINUX_S_IFDIR));
    // The inode is read only now: the entry ".." may be stored within it.
    OK_OR_RETURN(inode_read(volume, source->ino, &inode));
    inode_touch(volume, &inode, TIME_CHANGE);
    return inode_write(volume, source->ino, &inode);
}

error_t tree_rename(struct volume *volume, const struct where *from, const struct where *to)
{
    struct place source, place;
    OK_OR_RETURN(find_taken(volume, from, &source));
    OK_OR_RETURN(place_find(volume, to, &place));
    if (source.ino == place.ino)
        return OK;
    OK_OR_RETURN(check_replace(volume, &source, &place));
    OK_OR_RETURN(put_at(volume, &source, &place));
    OK_OR_RETURN(entry_remove(volume, from->dir, from->name));
    bool moves = is_dir(&source) && from->dir != to->dir;
    OK_OR_RETURN(entry_changed(volume, from->dir, moves ? -1 : 0));
    OK_OR_RETURN(entry_changed(volume, to->dir, moves ? 1 : 0));
    return settle(volume, &source, to->dir);
}

error_t tree_exchange(struct volume *volume, const struct where *from, const struct where *to)
{
    struct place a, b;
    OK_OR_RETURN(find_taken(volume, from, &a));
    OK_OR_RETURN(find_taken(volume, to, &b));
    if (a.ino == b.ino)
        return OK;
    if (is_dir(&a))
        OK_OR_RETURN(check_not_below(volume, to->dir, a.ino));
    if (is_dir(&b))
        OK_OR_RETURN(check_not_below(volume, from->dir, b.ino));
    OK_OR_RETURN(entry_set(volume, from->dir, from->name, b.ino, b.inode.i_mode));
    OK_OR_RETURN(entry_set(volume, to->dir, to->name, a.ino, a.inode.i_mode));
    int moved = from->dir == to->dir ? 0 : is_dir(&b) - is_dir(&a);
    OK_OR_RETURN(entry_changed(volume, from->dir, moved));
    OK_OR_RETURN(entry_changed(volume, to->dir, -moved));
    OK_OR_RETURN(settle(volume, &a, to->dir));
    return settle(volume, &b, from->dir);
}
