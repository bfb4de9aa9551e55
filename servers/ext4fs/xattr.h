// Extended attributes, by their whole names. ACLs have the form in which Linux gives them to
// programs.
#ifndef EXT4FS_XATTR_H
#define EXT4FS_XATTR_H

#include "inode.h"

// All of them: ERR_UNAVAILABLE: damaged. ERR_NO_MEMORY, or as the device.

// The caller frees the value.
//
// ERR_EMPTY: there is none. ERR_NOT_ACCEPTABLE: none can have such a name.
__mustuse error_t xattr_get(struct volume *volume, ext2_ino_t ino, const char *name, void **value,
                            size_t *len);

// Whether an inode may have attributes, public ones or others. False is certain.
bool xattr_may_have(struct volume *volume, ext2_ino_t ino);

// All names, each with its NUL. The caller frees them.
__mustuse error_t xattr_list(struct volume *volume, ext2_ino_t ino, char **names, size_t *len);

// ERR_NO_SPACE. ERR_INVALID_ARG: it is an ACL's, and no ACL. ERR_NOT_ACCEPTABLE as before.
// ERR_NOT_PERMITTED: read-only, or it may not be changed.
__mustuse error_t xattr_set(struct volume *volume, ext2_ino_t ino, const char *name,
                            const void *value, size_t len);

// ERR_EMPTY: there is none. ERR_NOT_PERMITTED, ERR_NOT_ACCEPTABLE as before.
__mustuse error_t xattr_remove(struct volume *volume, ext2_ino_t ino, const char *name);

#endif
