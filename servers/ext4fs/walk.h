// Finds the inodes of paths.
#ifndef EXT4FS_WALK_H
#define EXT4FS_WALK_H

#include "volume.h"

#define WALK_PATH_MAX  4095 // bytes, without the NUL
#define WALK_LINKS_MAX 40   // symbolic links on the way

// Finds the inode of a path. `follow`: a symbolic link at the end is followed.
//
// ERR_NOT_FOUND, ERR_TOO_LARGE: the path or a name in it is too long. ERR_NOT_ACCEPTABLE: a node on
// the way is not a directory. ERR_UNAVAILABLE: the file system is damaged.
__mustuse error_t walk_find(struct volume *volume, const char *path, bool follow, ext2_ino_t *ino);

// Finds the directory of the last name of a path, and that name. The name need not exist.
//
// As above. ERR_INVALID_ARG: the last name is "..". ERR_IN_USE: the path is the root.
__mustuse error_t walk_parent(struct volume *volume, const char *path, ext2_ino_t *dir,
                              char name[EXT2_NAME_LEN + 1]);

// Looks up one name in a directory.
//
// ERR_NOT_FOUND, ERR_NOT_ACCEPTABLE: not a directory. ERR_UNAVAILABLE.
__mustuse error_t walk_lookup(struct volume *volume, ext2_ino_t dir, const char *name, size_t len,
                              ext2_ino_t *ino);

// Checks that a directory that was found in `dir` has `dir` as its parent. On a damaged file system
// a directory may be below itself, and a walk would never end.
//
// ERR_UNAVAILABLE: it has another parent. ERR_NO_MEMORY, or as the device.
__mustuse error_t walk_check_below(struct volume *volume, ext2_ino_t dir, ext2_ino_t ino);

// Reads the target of a symbolic link. The caller frees it.
//
// ERR_NOT_ACCEPTABLE: not a symbolic link. ERR_NO_MEMORY, ERR_UNAVAILABLE.
__mustuse error_t walk_readlink(struct volume *volume, ext2_ino_t ino, char **target);

#endif
