// Access control lists, as far as a file system has part in them: they and the mode say the same,
// and directories give theirs to what is made in them. Whom they let do what is for the kernel to
// say.
#ifndef EXT4FS_ACL_H
#define EXT4FS_ACL_H

#include "xattr.h"

#define ACL_ACCESS  "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"

// What something new gets.
struct acl_inherited {
    uint8_t *access; // NULL: nothing but its mode
    uint8_t *dir;    // NULL: nothing
    size_t len;      // of either
};

// Finds what something of a mode gets in a directory, and takes from the mode what it must not
// have. The caller frees it with acl_free(), unless there is an error.
//
// As xattr_get().
__mustuse error_t acl_inherit(struct volume *volume, ext2_ino_t dir, uint32_t umask, uint32_t *mode,
                              struct acl_inherited *acl);

// As xattr_set().
__mustuse error_t acl_give(struct volume *volume, ext2_ino_t ino, bool is_dir,
                           const struct acl_inherited *acl);
void acl_free(struct acl_inherited *acl);

// After the mode was changed: the list follows.
__mustuse error_t acl_follow_mode(struct volume *volume, ext2_ino_t ino, uint32_t mode);

// Sets a list, and the mode with an access list, which is not kept if the mode says all of it.
//
// As xattr_set().
__mustuse error_t acl_set(struct volume *volume, ext2_ino_t ino, const char *name,
                          const void *value, size_t len);

#endif
