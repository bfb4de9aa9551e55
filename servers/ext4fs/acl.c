// ACLs as Linux stores them in extended attributes: a version, then entries of 8 bytes.
#include "acl.h"
#include <stdlib.h>
#include <string.h>

#define VERSION    2u
#define HEADER_LEN 4u
#define ENTRY_LEN  8u

enum tag {
    TAG_OWNER = 0x01,
    TAG_USER = 0x02,
    TAG_OWNING_GROUP = 0x04,
    TAG_GROUP = 0x08,
    TAG_MASK = 0x10,
    TAG_OTHERS = 0x20,
};

// The entries that the mode also has. If there is a mask, the mode's group bits are the mask's.
struct acl {
    uint8_t *owner;
    uint8_t *group;
    uint8_t *mask;
    uint8_t *others;
    bool has_more; // the ACL has entries that the mode cannot express
};

static unsigned get_tag(const uint8_t *entry)
{
    return entry[0] | (unsigned)entry[1] << 8;
}

static unsigned get_perm(const uint8_t *entry)
{
    return entry[2] & 7u;
}

static void set_perm(uint8_t *entry, unsigned perm)
{
    entry[2] = (uint8_t)(perm & 7);
    entry[3] = 0;
}

// False: not a valid ACL.
static bool parse(uint8_t *bytes, size_t len, struct acl *acl)
{
    *acl = (struct acl){.owner = NULL};
    if (len < HEADER_LEN || (len - HEADER_LEN) % ENTRY_LEN != 0 || bytes[0] != VERSION ||
        bytes[1] || bytes[2] || bytes[3])
        return false;
    for (size_t at = HEADER_LEN; at < len; at += ENTRY_LEN) {
        uint8_t *entry = &bytes[at];
        switch (get_tag(entry)) {
        case TAG_OWNER:
            acl->owner = entry;
            break;
        case TAG_OWNING_GROUP:
            acl->group = entry;
            break;
        case TAG_MASK:
            acl->mask = entry;
            acl->has_more = true;
            break;
        case TAG_OTHERS:
            acl->others = entry;
            break;
        case TAG_USER:
        case TAG_GROUP:
            acl->has_more = true;
            break;
        default:
            return false;
        }
    }
    return acl->owner && acl->group && acl->others;
}

static uint8_t *group_of(const struct acl *acl)
{
    return acl->mask ? acl->mask : acl->group;
}

static uint32_t mode_of(const struct acl *acl)
{
    return get_perm(acl->owner) << 6 | get_perm(group_of(acl)) << 3 | get_perm(acl->others);
}

static void set_mode(const struct acl *acl, uint32_t mode)
{
    set_perm(acl->owner, mode >> 6);
    set_perm(group_of(acl), mode >> 3);
    set_perm(acl->others, mode);
}

// --- New nodes ----------------------------------------------------------------------------------

void acl_free(struct acl_inherited *acl)
{
    free(acl->access);
    free(acl->dir);
    *acl = (struct acl_inherited){.access = NULL};
}

error_t acl_inherit(struct volume *volume, ext2_ino_t dir, uint32_t umask, uint32_t *mode,
                    struct acl_inherited *acl)
{
    void *value = NULL;
    struct acl parsed;
    *acl = (struct acl_inherited){.access = NULL};
    if (LINUX_S_ISLNK(*mode)) {
        *mode |= 0777;
        return OK;
    }
    error_t err = xattr_get(volume, dir, ACL_DEFAULT, &value, &acl->len);
    if (err == ERR_EMPTY) {
        *mode &= ~(umask & 0777);
        return OK;
    }
    OK_OR_RETURN(err);
    acl->dir = value;
    acl->access = malloc(acl->len + 1);
    if (!acl->access) {
        acl_free(acl);
        return ERR_NO_MEMORY;
    }
    memcpy(acl->access, acl->dir, acl->len);
    if (!parse(acl->access, acl->len, &parsed)) {
        acl_free(acl);
        return ERR_UNAVAILABLE;
    }
    *mode &= ~0777u | mode_of(&parsed);
    set_mode(&parsed, *mode);
    if (!parsed.has_more) {
        free(acl->access);
        acl->access = NULL;
    }
    return OK;
}

error_t acl_give(struct volume *volume, ext2_ino_t ino, bool is_dir,
                 const struct acl_inherited *acl)
{
    error_t err = OK;
    if (acl->access)
        err = xattr_set(volume, ino, ACL_ACCESS, acl->access, acl->len);
    if (IS_OK(err) && acl->dir && is_dir)
        err = xattr_set(volume, ino, ACL_DEFAULT, acl->dir, acl->len);
    return err;
}

// --- Existing nodes -----------------------------------------------------------------------------

error_t acl_follow_mode(struct volume *volume, ext2_ino_t ino, uint32_t mode)
{
    void *value = NULL;
    size_t len;
    struct acl acl;
    error_t err = xattr_get(volume, ino, ACL_ACCESS, &value, &len);
    if (err == ERR_EMPTY)
        return OK;
    OK_OR_RETURN(err);
    err = parse(value, len, &acl) ? OK : ERR_UNAVAILABLE;
    if (IS_OK(err)) {
        set_mode(&acl, mode);
        err = xattr_set(volume, ino, ACL_ACCESS, value, len);
    }
    free(value);
    return err;
}

static error_t set_access(struct volume *volume, ext2_ino_t ino, const struct acl *acl,
                          const void *value, size_t len)
{
    struct ext2_inode_large inode;
    error_t err = acl->has_more ? xattr_set(volume, ino, ACL_ACCESS, value, len)
                                : xattr_remove(volume, ino, ACL_ACCESS);
    if (err == ERR_EMPTY)
        err = OK; // the file had no ACL
    OK_OR_RETURN(err);
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    inode.i_mode = (uint16_t)((inode.i_mode & ~0777u) | mode_of(acl));
    inode_touch(volume, &inode, TIME_CHANGE);
    return inode_write(volume, ino, &inode);
}

error_t acl_set(struct volume *volume, ext2_ino_t ino, const char *name, const void *value,
                size_t len)
{
    struct acl acl;
    uint8_t *copy = malloc(len + 1);
    if (!copy)
        return ERR_NO_MEMORY;
    memcpy(copy, value, len);
    error_t err = parse(copy, len, &acl) ? OK : ERR_INVALID_ARG;
    if (IS_OK(err))
        err = strcmp(name, ACL_ACCESS) == 0 ? set_access(volume, ino, &acl, copy, len)
                                            : xattr_set(volume, ino, name, copy, len);
    free(copy);
    return err;
}
