// Changes of directories. A change that fails with an error that is documented here did nothing.
// After any other error (ERR_UNAVAILABLE, ERR_NO_MEMORY, the device's) the change may be half done,
// and e2fsck is needed.
#ifndef EXT4FS_TREE_H
#define EXT4FS_TREE_H

#include "inode.h"

// Directories with these flags may not be changed.
#define FIXED_FLAGS (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT4_ENCRYPT_FL)

// A name in a directory.
struct where {
    ext2_ino_t dir;
    char name[EXT2_NAME_LEN + 1];
};

// As walk_parent().
__mustuse error_t where_of_path(struct volume *volume, const char *path, struct where *where);
// ERR_INVALID_ARG: no entry of this name can be made or removed. ERR_TOO_LARGE.
__mustuse error_t where_in(ext2_ino_t dir, const char *name, struct where *where);

// A name and the node that it names now.
struct place {
    struct where where;
    struct ext2_inode_large parent;
    ext2_ino_t ino; // 0: the name does not exist
    struct ext2_inode_large inode;
};

// Finds the node that a name in a changeable directory has now.
//
// ERR_NOT_PERMITTED: read-only, or the directory may not be changed. ERR_NOT_FOUND: the directory
// is removed.
__mustuse error_t place_find(struct volume *volume, const struct where *where, struct place *place);
// ERR_ALREADY_EXISTS.
__mustuse error_t place_find_free(struct volume *volume, const struct where *where,
                                  struct place *place);

// Each of the following functions may also fail as place_find(), or with ERR_NO_SPACE.

// The node to make.
struct making {
    uint32_t mode;  // kind and permission bits
    uint32_t umask; // bits that the mode loses, unless the directory has a default ACL
    uint32_t uid;
    uint32_t gid;    // unless the directory has the set-group-ID bit
    uint64_t device; // the major number in the upper half
    const char *target;
};

// In make.c. ERR_ALREADY_EXISTS. ERR_INVALID_ARG: no such kind, or the target is empty.
// ERR_TOO_LARGE: the target is too long. ERR_IN_USE: the parent has too many directories.
__mustuse error_t tree_make(struct volume *volume, const struct where *where,
                            const struct making *making, ext2_ino_t *ino);

// ERR_ALREADY_EXISTS. ERR_NOT_ACCEPTABLE: a directory. ERR_IN_USE: too many names.
__mustuse error_t tree_link(struct volume *volume, ext2_ino_t ino, const struct where *where);

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: tree_remove() of a directory, or tree_rmdir() of another node.
// ERR_NOT_EMPTY.
__mustuse error_t tree_remove(struct volume *volume, const struct where *where);
__mustuse error_t tree_rmdir(struct volume *volume, const struct where *where);

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: a directory would replace a file, or a file a directory.
// ERR_NOT_EMPTY. ERR_INVALID_ARG: a directory would be below itself.
__mustuse error_t tree_rename(struct volume *volume, const struct where *from,
                              const struct where *to);

// Exchanges the nodes of two names. ERR_NOT_FOUND. ERR_INVALID_ARG: as tree_rename().
__mustuse error_t tree_exchange(struct volume *volume, const struct where *from,
                                const struct where *to);

// In entry.c: the entries of one directory.

// ERR_NOT_FOUND. ERR_NOT_ACCEPTABLE: not a directory.
__mustuse error_t entry_find(struct volume *volume, ext2_ino_t dir, const char *name, size_t len,
                             ext2_ino_t *ino);
// ERR_NO_SPACE.
__mustuse error_t entry_add(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                            uint16_t mode);
// Makes an entry name another inode. ERR_NOT_FOUND.
__mustuse error_t entry_set(struct volume *volume, ext2_ino_t dir, const char *name, ext2_ino_t ino,
                            uint16_t mode);
// ERR_NOT_FOUND.
__mustuse error_t entry_remove(struct volume *volume, ext2_ino_t dir, const char *name);
// OK, or ERR_NOT_EMPTY.
__mustuse error_t entry_none(struct volume *volume, ext2_ino_t dir);
// Adds to the number of links of a directory, and sets its times.
__mustuse error_t entry_changed(struct volume *volume, ext2_ino_t dir, int links);
// Drops the index of a directory that was removed, or that other code has changed.
void entry_forget(struct volume *volume, ext2_ino_t dir);

#endif
