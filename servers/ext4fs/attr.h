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

#endif
