// Access control lists. The file system keeps ACLs and modes consistent, and lets new nodes inherit
// the default ACL of their directory. The kernel enforces them.
#ifndef EXT4FS_ACL_H
#define EXT4FS_ACL_H

#include "xattr.h"

#define ACL_ACCESS  "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"

// The ACLs of a new node.
struct acl_inherited {
    uint8_t *access; // NULL: the mode is enough
    uint8_t *dir;    // NULL: no default ACL
    size_t len;      // length of each
};

// Finds the ACLs that a new node inherits from a directory, and removes from the mode the bits that
// they do not allow. The caller frees them with acl_free(), except after an error.
//
// As xattr_get().
__mustuse error_t acl_inherit(struct volume *volume, ext2_ino_t dir, uint32_t umask, uint32_t *mode,
                              struct acl_inherited *acl);

// As xattr_set().
__mustuse error_t acl_give(struct volume *volume, ext2_ino_t ino, bool is_dir,
                           const struct acl_inherited *acl);
void acl_free(struct acl_inherited *acl);

// Updates the access ACL after a change of the mode.
__mustuse error_t acl_follow_mode(struct volume *volume, ext2_ino_t ino, uint32_t mode);

// Sets an ACL. An access ACL also changes the mode, and is not stored if the mode can express all
// of it.
//
// As xattr_set().
__mustuse error_t acl_set(struct volume *volume, ext2_ino_t ino, const char *name,
                          const void *value, size_t len);

#endif
