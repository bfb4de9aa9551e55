// Attributes by path.
#include "attr.h"
#include "walk.h"

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
    return inode_write(volume, ino, &inode);
}

error_t attr_set_owner(struct volume *volume, const char *path, bool follow, uint32_t uid,
                       uint32_t gid)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(begin(volume, path, follow, &ino, &inode));
    inode.i_uid = (uint16_t)uid;
    inode.i_gid = (uint16_t)gid;
    inode.osd2.linux2.l_i_uid_high = (uint16_t)(uid >> 16);
    inode.osd2.linux2.l_i_gid_high = (uint16_t)(gid >> 16);
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
