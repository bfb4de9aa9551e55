// Mode, owner and times of a node.
#ifndef EXT4FS_ATTR_H
#define EXT4FS_ATTR_H

#include "inode.h"

// Each function may also fail as walk_find(). ERR_NOT_PERMITTED: read-only, or the node may not be
// changed.
__mustuse error_t attr_get(struct volume *volume, const char *path, bool follow,
                           struct attributes *attr);
__mustuse error_t attr_get_inode(struct volume *volume, ext2_ino_t ino, struct attributes *attr);
__mustuse error_t attr_set_mode(struct volume *volume, const char *path, uint32_t mode);
__mustuse error_t attr_set_owner(struct volume *volume, const char *path, bool follow, uint32_t uid,
                                 uint32_t gid);

// ERR_INVALID_ARG: the file system cannot store such a time.
__mustuse error_t attr_set_times(struct volume *volume, const char *path, bool follow,
                                 const struct attributes *times);

// The attributes that attr_change() sets.
enum attr_what {
    ATTR_MODE = 1,
    ATTR_UID = 2,
    ATTR_GID = 4,
    ATTR_SIZE = 8,
    ATTR_ATIME = 16,
    ATTR_MTIME = 32,
};

// Sets some attributes of an inode. A time that the inode cannot hold becomes the nearest that it
// can.
//
// ERR_NOT_ACCEPTABLE: a size for a node that is not a file. Otherwise as file_resize().
__mustuse error_t attr_change(struct volume *volume, ext2_ino_t ino, unsigned what,
                              const struct attributes *attr);

// Sets the time of access after a read as a mount with `relatime` does: once after a change, and
// once a day. A failure to store it is ignored.
void attr_was_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode);

#endif
