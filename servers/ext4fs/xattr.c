// Extended attributes by libext2fs, which stores them in the inode and in one block.
#include "xattr.h"
#include <stdlib.h>
#include <string.h>
#include "io.h"

#define FIXED_FLAGS (EXT2_IMMUTABLE_FL | EXT2_APPEND_FL)

static error_t xattr_error(errcode_t code)
{
    switch (code) {
    case EXT2_ET_EA_KEY_NOT_FOUND:
        return ERR_EMPTY;
    case EXT2_ET_EA_NO_SPACE:
    case EXT2_ET_INLINE_DATA_NO_SPACE:
        return ERR_NO_SPACE;
    case EINVAL:
        return ERR_INVALID_ARG;
    default:
        return error_of(code);
    }
}

// Whether clients may see an attribute. "system.data", for example, is the content of a small file.
static bool is_public(const char *name)
{
    static const char *const prefixes[] = {"user.", "trusted.", "security."};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t len = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], len) == 0)
            return name[len] != '\0';
    }
    return strcmp(name, "system.posix_acl_access") == 0 ||
           strcmp(name, "system.posix_acl_default") == 0;
}

// Whether an inode may have attributes. For most inodes this makes a search unnecessary.
static error_t has_any(struct volume *volume, ext2_ino_t ino, bool *any)
{
    size_t size = MAX((size_t)EXT2_INODE_SIZE(volume->fs->super), sizeof(struct ext2_inode_large));
    struct ext2_inode_large *inode = calloc(1, size);
    if (!inode)
        return ERR_NO_MEMORY;
    error_t err = error_of(ext2fs_read_inode_full(volume->fs, ino, inode_short(inode), (int)size));
    if (IS_OK(err)) {
        size_t at = EXT2_GOOD_OLD_INODE_SIZE + (size_t)inode->i_extra_isize;
        uint32_t magic = 0;
        if (at + sizeof(magic) <= EXT2_INODE_SIZE(volume->fs->super))
            memcpy(&magic, (const uint8_t *)inode + at, sizeof(magic));
        *any = magic != 0 || ext2fs_file_acl_block(volume->fs, inode_short(inode)) != 0;
    }
    free(inode);
    return err;
}

bool xattr_may_have(struct volume *volume, ext2_ino_t ino)
{
    bool any = true;
    return IS_ERROR(has_any(volume, ino, &any)) || any;
}

static error_t read_all(struct volume *volume, ext2_ino_t ino, struct ext2_xattr_handle **handle)
{
    OK_OR_RETURN(xattr_error(ext2fs_xattrs_open(volume->fs, ino, handle)));
    errcode_t code = ext2fs_xattrs_read(*handle);
    if (code != 0)
        ext2fs_xattrs_close(handle);
    return code == EINVAL ? ERR_UNAVAILABLE : xattr_error(code);
}

error_t xattr_get(struct volume *volume, ext2_ino_t ino, const char *name, void **value,
                  size_t *len)
{
    struct ext2_xattr_handle *handle;
    void *found = NULL;
    size_t found_len = 0;
    bool any = false;
    if (!is_public(name))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(has_any(volume, ino, &any));
    if (!any)
        return ERR_EMPTY;
    OK_OR_RETURN(read_all(volume, ino, &handle));
    errcode_t code = ext2fs_xattr_get(handle, name, &found, &found_len);
    ext2fs_xattrs_close(&handle);
    if (code == EINVAL)
        return ERR_UNAVAILABLE; // the stored value is not an ACL
    OK_OR_RETURN(xattr_error(code));
    *value = malloc(found_len + 1);
    if (*value)
        memcpy(*value, found, found_len);
    ext2fs_free_mem(&found);
    *len = found_len;
    return *value ? OK : ERR_NO_MEMORY;
}

struct names {
    char *text;
    size_t len;
    error_t err;
};

static int add_name(char *name, char *value, size_t value_len, void *arg)
{
    (void)value, (void)value_len;
    struct names *names = arg;
    size_t len = strlen(name) + 1;
    if (!is_public(name))
        return 0;
    char *text = realloc(names->text, names->len + len);
    if (!text) {
        names->err = ERR_NO_MEMORY;
        return XATTR_ABORT;
    }
    memcpy(text + names->len, name, len);
    names->text = text;
    names->len += len;
    return 0;
}

error_t xattr_list(struct volume *volume, ext2_ino_t ino, char **text, size_t *len)
{
    struct ext2_xattr_handle *handle;
    struct names names = {.text = NULL};
    bool any = false;
    OK_OR_RETURN(has_any(volume, ino, &any));
    if (any) {
        OK_OR_RETURN(read_all(volume, ino, &handle));
        errcode_t code = ext2fs_xattrs_iterate(handle, add_name, &names);
        ext2fs_xattrs_close(&handle);
        if (IS_OK(names.err))
            names.err = xattr_error(code);
    }
    if (IS_ERROR(names.err)) {
        free(names.text);
        return names.err;
    }
    *text = names.text;
    *len = names.len;
    return OK;
}

// --- Changing -----------------------------------------------------------------------------------

static error_t begin(struct volume *volume, ext2_ino_t ino, const char *name)
{
    struct ext2_inode_large inode;
    if (!is_public(name))
        return ERR_NOT_ACCEPTABLE;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    return volume->read_only || (inode.i_flags & FIXED_FLAGS) ? ERR_NOT_PERMITTED : OK;
}

static error_t touch(struct volume *volume, ext2_ino_t ino)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    inode_touch(volume, &inode, TIME_CHANGE);
    return inode_write(volume, ino, &inode);
}

error_t xattr_set(struct volume *volume, ext2_ino_t ino, const char *name, const void *value,
                  size_t len)
{
    struct ext2_xattr_handle *handle;
    struct ext2_inode_large inode;
    OK_OR_RETURN(begin(volume, ino, name));
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    // If a link's target is within its inode, libext2fs and e2fsck would take the block of
    // attributes for a block of the target.
    if (LINUX_S_ISLNK(inode.i_mode) && (inode.i_flags & EXT4_INLINE_DATA_FL))
        return ERR_NO_SPACE;
    OK_OR_RETURN(read_all(volume, ino, &handle));
    errcode_t code = ext2fs_xattr_set(handle, name, value, len);
    ext2fs_xattrs_close(&handle);
    OK_OR_RETURN(xattr_error(code));
    if (!ext2fs_has_feature_xattr(volume->fs->super)) {
        ext2fs_set_feature_xattr(volume->fs->super);
        ext2fs_mark_super_dirty(volume->fs);
    }
    return touch(volume, ino);
}

error_t xattr_remove(struct volume *volume, ext2_ino_t ino, const char *name)
{
    struct ext2_xattr_handle *handle;
    void *value = NULL;
    size_t len;
    OK_OR_RETURN(begin(volume, ino, name));
    OK_OR_RETURN(xattr_get(volume, ino, name, &value, &len));
    free(value);
    OK_OR_RETURN(read_all(volume, ino, &handle));
    errcode_t code = ext2fs_xattr_remove(handle, name);
    ext2fs_xattrs_close(&handle);
    OK_OR_RETURN(xattr_error(code));
    return touch(volume, ino);
}
