// Extended attributes, by their full names. ACLs have the form that Linux gives to programs.
#ifndef EXT4FS_XATTR_H
#define EXT4FS_XATTR_H

#include "inode.h"

// Each function may also fail: ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.

// The caller frees the value.
//
// ERR_EMPTY: the file has no attribute of that name. ERR_NOT_ACCEPTABLE: no attribute can have such
// a name.
__mustuse error_t xattr_get(struct volume *volume, ext2_ino_t ino, const char *name, void **value,
                            size_t *len);

// Whether an inode may have attributes, visible to clients or not. False: it has none.
bool xattr_may_have(struct volume *volume, ext2_ino_t ino);

// The names of all attributes, each with its NUL. The caller frees them.
__mustuse error_t xattr_list(struct volume *volume, ext2_ino_t ino, char **names, size_t *len);

// ERR_NO_SPACE. ERR_INVALID_ARG: the value of an ACL is not an ACL. ERR_NOT_ACCEPTABLE: as
// xattr_get(). ERR_NOT_PERMITTED: read-only, or the file may not be changed.
__mustuse error_t xattr_set(struct volume *volume, ext2_ino_t ino, const char *name,
                            const void *value, size_t len);

// ERR_EMPTY: the file has none of that name. ERR_NOT_PERMITTED, ERR_NOT_ACCEPTABLE: as xattr_set().
__mustuse error_t xattr_remove(struct volume *volume, ext2_ino_t ino, const char *name);

#endif
