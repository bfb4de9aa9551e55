// Attributes by path.
#include "attr.h"
#include <time.h>
#include "acl.h"
#include "file.h"
#include "walk.h"

#define DAY_S 86400

error_t attr_get_inode(struct volume *volume, ext2_ino_t ino, struct attributes *attr)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    inode_attributes(volume, ino, &inode, attr);
    return OK;
}

error_t attr_get(struct volume *volume, const char *path, bool follow, struct attributes *attr)
{
    ext2_ino_t ino;
    OK_OR_RETURN(walk_find(volume, path, follow, &ino));
    return attr_get_inode(volume, ino, attr);
}

static error_t begin(struct volume *volume, const char *path, bool follow, ext2_ino_t *ino,
                     struct ext2_inode_large *inode)
{
    OK_OR_RETURN(walk_find(volume, path, follow, ino));
    OK_OR_RETURN(inode_read(volume, *ino, inode));
    if (volume->read_only || (inode->i_flags & (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL)))
        return ERR_NOT_PERMITTED;
    inode_touch(volume, inode, TIME_CHANGE);
    return OK;
}

error_t attr_set_mode(struct volume *volume, const char *path, uint32_t mode)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(begin(volume, path, true, &ino, &inode));
    inode.i_mode = (uint16_t)((inode.i_mode & LINUX_S_IFMT) | (mode & 07777));
    OK_OR_RETURN(inode_write(volume, ino, &inode));
    return acl_follow_mode(volume, ino, mode);
}

error_t attr_set_owner(struct volume *volume, const char *path, bool follow, uint32_t uid,
                       uint32_t gid)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(begin(volume, path, follow, &ino, &inode));
    inode_set_owner(&inode, uid, gid);
    return inode_write(volume, ino, &inode);
}

error_t attr_set_times(struct volume *volume, const char *path, bool follow,
                       const struct attributes *times)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(begin(volume, path, follow, &ino, &inode));
    OK_OR_RETURN(inode_set_time(volume, &inode, TIME_ACCESS, times->atime, times->atime_ns));
    OK_OR_RETURN(inode_set_time(volume, &inode, TIME_MODIFY, times->mtime, times->mtime_ns));
    return inode_write(volume, ino, &inode);
}

static void set_fields(struct volume *volume, struct ext2_inode_large *inode, unsigned what,
                       const struct attributes *attr)
{
    if (what & ATTR_MODE)
        inode->i_mode = (uint16_t)((inode->i_mode & LINUX_S_IFMT) | (attr->mode & 07777));
    inode_set_owner(inode, what & ATTR_UID ? attr->uid : inode_owner(inode),
                    what & ATTR_GID ? attr->gid : inode_group(inode));
    if (what & ATTR_ATIME)
        inode_set_near_time(volume, inode, TIME_ACCESS, attr->atime, attr->atime_ns);
    if (what & ATTR_MTIME)
        inode_set_near_time(volume, inode, TIME_MODIFY, attr->mtime, attr->mtime_ns);
    inode_touch(volume, inode, TIME_CHANGE);
}

error_t attr_change(struct volume *volume, ext2_ino_t ino, unsigned what,
                    const struct attributes *attr)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (volume->read_only || (inode.i_flags & (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL)))
        return ERR_NOT_PERMITTED;
    if (what & ATTR_SIZE) {
        OK_OR_RETURN(file_resize(volume, ino, attr->size));
        OK_OR_RETURN(inode_read(volume, ino, &inode));
    }
    set_fields(volume, &inode, what, attr);
    OK_OR_RETURN(inode_write(volume, ino, &inode));
    return what & ATTR_MODE ? acl_follow_mode(volume, ino, attr->mode) : OK;
}

void attr_was_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode)
{
    struct attributes attr;
    if (volume->read_only || (inode->i_flags & (EXT2_NOATIME_FL | EXT2_IMMUTABLE_FL)))
        return;
    inode_attributes(volume, ino, inode, &attr);
    bool is_before_change =
        attr.atime < attr.mtime || (attr.atime == attr.mtime && attr.atime_ns <= attr.mtime_ns) ||
        attr.atime < attr.ctime || (attr.atime == attr.ctime && attr.atime_ns <= attr.ctime_ns);
    if (!is_before_change && time(NULL) - attr.atime < DAY_S)
        return;
    inode_touch(volume, inode, TIME_ACCESS);
    if (IS_ERROR(inode_write(volume, ino, inode)))
        return;
}
