// What changes directories. Each of these is done whole, or not at all when it returns an error
// that stands here; after any other (ERR_UNAVAILABLE, ERR_NO_MEMORY, the device's) it may be half
// done, and the file system wants a check.
#ifndef EXT4FS_TREE_H
#define EXT4FS_TREE_H

#include "volume.h"

// All of them: as walk_parent(). ERR_NOT_PERMITTED: read-only, or a directory that may not be
// changed. ERR_NO_SPACE.

// ERR_ALREADY_EXISTS.
__mustuse error_t tree_create(struct volume *volume, const char *path, uint32_t mode,
                              ext2_ino_t *ino);
__mustuse error_t tree_mkdir(struct volume *volume, const char *path, uint32_t mode);

// ERR_ALREADY_EXISTS. ERR_INVALID_ARG: the target is empty. ERR_TOO_LARGE: the target is.
__mustuse error_t tree_symlink(struct volume *volume, const char *target, const char *path);

// ERR_ALREADY_EXISTS. ERR_NOT_ACCEPTABLE: a directory. ERR_IN_USE: too many names.
__mustuse error_t tree_link(struct volume *volume, const char *from, const char *to);

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: a directory, or not one. ERR_NOT_EMPTY.
__mustuse error_t tree_remove(struct volume *volume, const char *path);
__mustuse error_t tree_rmdir(struct volume *volume, const char *path);

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: a directory would take the place of a file, or the other way.
// ERR_NOT_EMPTY. ERR_INVALID_ARG: a directory would be below itself.
__mustuse error_t tree_rename(struct volume *volume, const char *from, const char *to);

// In entry.c: the entries of one directory.

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: not a directory.
__mustuse error_t entry_find(struct volume *volume, ext2_ino_t dir, const char *name, size_t len,
                             ext2_ino_t *ino);
// ERR_NO_SPACE.
__mustuse error_t entry_add(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                            uint16_t mode);
// Lets an entry name another inode. ERR_NOT_FOUND.
__mustuse error_t entry_set(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                            uint16_t mode);
// ERR_NOT_FOUND.
__mustuse error_t entry_remove(struct volume *volume, ext2_ino_t dir, const char *name);
// OK, or ERR_NOT_EMPTY.
__mustuse error_t entry_none(struct volume *volume, ext2_ino_t dir);
// Adds to the links of a directory, and sets its times.
__mustuse error_t entry_changed(struct volume *volume, ext2_ino_t dir, int links);
// A directory is gone.
void entry_forget(struct volume *volume, ext2_ino_t dir);

#endif
