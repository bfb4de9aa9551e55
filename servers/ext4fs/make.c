// Makes nodes of all kinds. A new node gets its name last. If there is no room for the name, the
// node is freed again.
#include <string.h>
#include <sys/sysmacros.h>
#include "acl.h"
#include "dirfile.h"
#include "inode.h"
#include "io.h"
#include "opened.h"
#include "tree.h"
#include "walk.h"

static error_t check(const struct volume *volume, const struct making *making)
{
    uint32_t kind = making->mode & LINUX_S_IFMT;
    size_t len = making->target ? strlen(making->target) : 0;
    switch (kind) {
    case LINUX_S_IFREG:
    case LINUX_S_IFDIR:
    case LINUX_S_IFCHR:
    case LINUX_S_IFBLK:
    case LINUX_S_IFIFO:
    case LINUX_S_IFSOCK:
        return OK;
    case LINUX_S_IFLNK:
        if (len == 0)
            return ERR_INVALID_ARG;
        return len > WALK_PATH_MAX || len >= volume->fs->blocksize ? ERR_TOO_LARGE : OK;
    default:
        return ERR_INVALID_ARG;
    }
}

// As in Linux, a device number that fits into 16 bits is in the first word; any other is in the
// second.
static void set_device(struct ext2_inode_large *inode, uint64_t device)
{
    uint32_t major = (uint32_t)(device >> 32), minor = (uint32_t)device;
    if (major < 256 && minor < 256)
        inode->i_block[0] = major << 8 | minor;
    else
        inode->i_block[1] = (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

// Makes an empty file, with extents if the file system has them, or a special file.
static error_t make_plain(struct volume *volume, ext2_ino_t ino, const struct making *making)
{
    ext2_filsys fs = volume->fs;
    struct ext2_inode_large inode;
    memset(&inode, 0, sizeof(inode));
    inode.i_mode = (uint16_t)making->mode;
    inode.i_links_count = 1;
    if (LINUX_S_ISCHR(making->mode) || LINUX_S_ISBLK(making->mode))
        set_device(&inode, making->device);
    if (LINUX_S_ISREG(making->mode) && ext2fs_has_feature_extents(fs->super)) {
        ext2_extent_handle_t handle;
        inode.i_flags |= EXT4_EXTENTS_FL;
        OK_OR_RETURN(error_of(ext2fs_extent_open2(fs, ino, inode_short(&inode), &handle)));
        ext2fs_extent_free(handle);
    }
    OK_OR_RETURN(error_of(ext2fs_write_new_inode(fs, ino, inode_short(&inode))));
    ext2fs_inode_alloc_stats2(fs, ino, +1, 0);
    return OK;
}

// libext2fs adds 1 to the parent's links. With too many links, the count must become 1 instead.
static error_t make_dir(struct volume *volume, const struct place *place, ext2_ino_t ino)
{
    struct ext2_inode_large parent;
    unsigned links = place->parent.i_links_count;
    bool may_be_many = ext2fs_has_feature_dir_nlink(volume->fs->super);
    if (links >= EXT2_LINK_MAX - 1 && !may_be_many)
        return ERR_IN_USE;
    OK_OR_RETURN(error_of(ext2fs_mkdir(volume->fs, place->where.dir, ino, NULL)));
    if (links != 1 && links < EXT2_LINK_MAX - 1)
        return OK;
    OK_OR_RETURN(inode_read(volume, place->where.dir, &parent));
    parent.i_links_count = 1;
    return inode_write(volume, place->where.dir, &parent);
}

static error_t make_inode(struct volume *volume, const struct place *place,
                          const struct making *making, ext2_ino_t *made)
{
    ext2_filsys fs = volume->fs;
    int mode = (int)(making->mode & LINUX_S_IFMT);
    OK_OR_RETURN(error_of(ext2fs_new_inode(fs, place->where.dir, mode, NULL, made)));
    if (LINUX_S_ISDIR(making->mode))
        return make_dir(volume, place, *made);
    if (LINUX_S_ISLNK(making->mode))
        return error_of(ext2fs_symlink(fs, place->where.dir, *made, NULL, making->target));
    return make_plain(volume, *made, making);
}

// Sets fields that libext2fs leaves out: owner, times, and generation. The generation distinguishes
// an inode from earlier ones with the same number. The generation is part of the checksum of a
// directory's block.
static error_t finish_inode(struct volume *volume, ext2_ino_t ino, const struct making *making)
{
    struct ext2_inode_large inode;
    struct dir dir;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    bool has_block = LINUX_S_ISDIR(inode.i_mode) && !(inode.i_flags & EXT4_INLINE_DATA_FL);
    error_t err = has_block ? dir_open(&dir, volume, ino) : OK;
    if (has_block && IS_OK(err))
        err = dir_read(&dir, 0);
    inode.i_mode = (uint16_t)making->mode;
    inode_set_owner(&inode, making->uid, making->gid);
    if (EXT2_INODE_SIZE(volume->fs->super) > EXT2_GOOD_OLD_INODE_SIZE)
        inode.i_extra_isize = sizeof(inode) - EXT2_GOOD_OLD_INODE_SIZE;
    inode_touch(volume, &inode, TIME_ACCESS | TIME_MODIFY | TIME_CHANGE);
    inode.i_crtime = inode.i_mtime;
    inode.i_crtime_extra = inode.i_mtime_extra;
    inode.i_generation = ++volume->generation;
    if (IS_OK(err))
        err = inode_write(volume, ino, &inode);
    if (has_block && IS_OK(err))
        err = dir_write(&dir);
    if (has_block)
        dir_close(&dir);
    return err;
}

// Frees a node that got no name because of `err`.
static error_t give_up(struct volume *volume, const struct place *place, ext2_ino_t ino,
                       bool is_dir, error_t err)
{
    OK_OR_RETURN(opened_unlink(volume, ino));
    if (is_dir)
        OK_OR_RETURN(entry_changed(volume, place->where.dir, -1));
    return err;
}

error_t tree_make(struct volume *volume, const struct where *where, const struct making *asked,
                  ext2_ino_t *ino)
{
    struct place place;
    struct making making = *asked;
    struct acl_inherited acl;
    ext2_ino_t made;
    OK_OR_RETURN(place_find_free(volume, where, &place));
    OK_OR_RETURN(check(volume, &making));
    bool is_dir = LINUX_S_ISDIR(making.mode);
    if (place.parent.i_mode & LINUX_S_ISGID) {
        making.gid = inode_group(&place.parent);
        making.mode |= is_dir ? LINUX_S_ISGID : 0;
    }
    OK_OR_RETURN(acl_inherit(volume, where->dir, making.umask, &making.mode, &acl));
    error_t err = make_inode(volume, &place, &making, &made);
    bool is_made = IS_OK(err);
    if (IS_OK(err))
        err = finish_inode(volume, made, &making);
    if (IS_OK(err))
        err = acl_give(volume, made, is_dir, &acl);
    acl_free(&acl);
    if (IS_OK(err))
        err = entry_add(volume, where->dir, where->name, made, (uint16_t)making.mode);
    if (IS_OK(err))
        err = entry_changed(volume, where->dir, 0);
    else if (is_made)
        err = give_up(volume, &place, made, is_dir, err);
    if (IS_OK(err))
        *ino = made;
    return err;
}
