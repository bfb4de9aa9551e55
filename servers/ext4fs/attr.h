// Mode, owner and times of what is there.
#ifndef EXT4FS_ATTR_H
#define EXT4FS_ATTR_H

#include "inode.h"

// All of them: as walk_find(). ERR_NOT_PERMITTED: read-only, or it may not be changed.
__mustuse error_t attr_get(struct volume *volume, const char *path, bool follow,
                           struct attributes *attr);
__mustuse error_t attr_get_inode(struct volume *volume, ext2_ino_t ino, struct attributes *attr);
__mustuse error_t attr_set_mode(struct volume *volume, const char *path, uint32_t mode);
__mustuse error_t attr_set_owner(struct volume *volume, const char *path, bool follow, uint32_t uid,
                                 uint32_t gid);

// ERR_INVALID_ARG: no time that can be kept.
__mustuse error_t attr_set_times(struct volume *volume, const char *path, bool follow,
                                 const struct attributes *times);

// What attr_change() sets.
enum attr_what {
    ATTR_MODE = 1,
    ATTR_UID = 2,
    ATTR_GID = 4,
    ATTR_SIZE = 8,
    ATTR_ATIME = 16,
    ATTR_MTIME = 32,
};

// Sets some of the attributes of an inode. A time that cannot be kept becomes the nearest.
//
// ERR_NOT_ACCEPTABLE: a size of what is not a file. Otherwise as file_resize().
__mustuse error_t attr_change(struct volume *volume, ext2_ino_t ino, unsigned what,
                              const struct attributes *attr);

// A file was read: its time of access is set as a mount with relatime has it, once after a change,
// and once a day. It is no error if that cannot be kept.
void attr_was_read(struct volume *volume, ext2_ino_t ino, struct ext2_inode_large *inode);

#endif
