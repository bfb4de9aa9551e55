// The handlers of fs.node_*, which name files by number instead of by path.
#include "serve_nodes.h"
#include <config.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include "acl.h"
#include "attr.h"
#include "file.h"
#include "fsclients.h"
#include "listing.h"
#include "node.h"
#include "opened.h"
#include "serve.h"
#include "tree.h"
#include "walk.h"

#define LISTING_LEN (1024u * 1024) // one answer has at most this many bytes

static error_t describe(ext2_ino_t ino, fs_attrs_t attr)
{
    struct ext2_inode_large inode;
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    node_describe(volume, ino, &inode, attr);
    return OK;
}

// Writes the attributes of a directory after a change of its names.
static void describe_dir(ext2_ino_t dir, fs_dir_attrs_t attr)
{
    fs_attrs_t all;
    memset(attr, 0, sizeof(fs_dir_attrs_t));
    if (IS_ERROR(describe(dir, all)))
        return;
    attr[FS_DIR_ATTRIBUTE_SIZE] = all[FS_ATTRIBUTE_SIZE];
    attr[FS_DIR_ATTRIBUTE_BLOCKS] = all[FS_ATTRIBUTE_BLOCKS];
    attr[FS_DIR_ATTRIBUTE_LINKS] = all[FS_ATTRIBUTE_LINKS];
    attr[FS_DIR_ATTRIBUTE_MTIME] = all[FS_ATTRIBUTE_MTIME];
    attr[FS_DIR_ATTRIBUTE_MTIME_NS] = all[FS_ATTRIBUTE_MTIME_NS];
}

// Finds a name's place in a directory. The directory is given as a node.
static error_t find_where(uint64_t dir, const char *name, struct where *where)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, dir, &ino, &inode));
    if (!LINUX_S_ISDIR(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    return where_in(ino, name, where);
}

// --- Names and attributes -----------------------------------------------------------------------

static error_t fs_do_node_attributes(task_t client, uint64_t node, fs_attrs_t attr)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    node_describe(volume, ino, &inode, attr);
    return OK;
}

static error_t fs_do_node_lookup(task_t client, uint64_t dir, const char *name, fs_attrs_t attr)
{
    (void)client;
    ext2_ino_t ino, found;
    struct ext2_inode_large inode;
    size_t len = strlen(name);
    OK_OR_RETURN(node_find(volume, dir, &ino, &inode));
    if (len > EXT2_NAME_LEN)
        return ERR_TOO_LARGE;
    OK_OR_RETURN(walk_lookup(volume, ino, name, len, &found));
    bool is_dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    OK_OR_RETURN(inode_read(volume, found, &inode));
    if (LINUX_S_ISDIR(inode.i_mode) && !is_dots)
        OK_OR_RETURN(walk_check_below(volume, ino, found));
    node_describe(volume, found, &inode, attr);
    return OK;
}

static error_t fs_do_node_list(task_t client, uint64_t node, uint64_t after, size_t len,
                               void **entries, size_t *entries_len)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    len = MIN(len, (size_t)LISTING_LEN);
    OK_OR_RETURN(listing_pack_nodes(volume, ino, after, len, entries, entries_len));
    if (after == 0)
        serve_was_read(ino, &inode);
    return OK;
}

static error_t fs_do_node_readlink(task_t client, uint64_t node, char **target)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    OK_OR_RETURN(walk_readlink(volume, ino, target));
    serve_was_read(ino, &inode);
    return OK;
}

// --- Opening ------------------------------------------------------------------------------------

static error_t close_again(task_t client, handle_t handle, error_t err)
{
    serve_release(fsclients_file(client, handle));
    return IS_OK(fsclients_close(client, handle)) ? err : ERR_UNAVAILABLE;
}

static error_t open_inode(task_t client, ext2_ino_t ino, unsigned flags, handle_t *handle)
{
    OK_OR_RETURN(serve_open(client, ino, handle));
    error_t err = flags & FS_OPEN_EMPTY ? CHANGE(file_resize(volume, ino, 0)) : OK;
    return IS_ERROR(err) ? close_again(client, *handle, err) : OK;
}

static error_t fs_do_node_open(task_t client, uint64_t node, unsigned flags, handle_t *handle)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    if (flags & ~(unsigned)FS_OPEN_EMPTY)
        return ERR_INVALID_ARG;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    return open_inode(client, ino, flags, handle);
}

static error_t fs_do_node_create(task_t client, uint64_t dir, const char *name, unsigned flags,
                                 unsigned mode, unsigned umask, unsigned uid, unsigned gid,
                                 handle_t *handle, fs_attrs_t attr, fs_dir_attrs_t dir_attr)
{
    struct where where;
    struct making making = {
        .mode = LINUX_S_IFREG | (mode & 07777), .umask = umask, .uid = uid, .gid = gid};
    ext2_ino_t ino;
    if (flags & ~(unsigned)(FS_OPEN_CREATE | FS_OPEN_NEW | FS_OPEN_EMPTY))
        return ERR_INVALID_ARG;
    OK_OR_RETURN(find_where(dir, name, &where));
    error_t err = walk_lookup(volume, where.dir, name, strlen(name), &ino);
    if (IS_OK(err) && (flags & FS_OPEN_NEW))
        return ERR_ALREADY_EXISTS;
    bool is_new = err == ERR_NOT_FOUND;
    if (is_new)
        err = CHANGE(tree_make(volume, &where, &making, &ino));
    OK_OR_RETURN(err);
    OK_OR_RETURN(describe(ino, attr));
    if (!LINUX_S_ISREG(attr[FS_ATTRIBUTE_MODE]))
        return ERR_NOT_ACCEPTABLE;
    describe_dir(where.dir, dir_attr);
    OK_OR_RETURN(open_inode(client, ino, is_new ? 0 : flags & FS_OPEN_EMPTY, handle));
    return describe(ino, attr);
}

// --- Making and removing ------------------------------------------------------------------------

static error_t fs_do_node_make(task_t client, uint64_t dir, const char *name, const char *target,
                               unsigned mode, unsigned umask, uint64_t device, unsigned uid,
                               unsigned gid, fs_attrs_t attr, fs_dir_attrs_t dir_attr)
{
    (void)client;
    struct where where;
    struct making making = {.mode = mode & (LINUX_S_IFMT | 07777),
                            .umask = umask,
                            .uid = uid,
                            .gid = gid,
                            .device = device,
                            .target = target};
    ext2_ino_t ino;
    OK_OR_RETURN(find_where(dir, name, &where));
    OK_OR_RETURN(CHANGE(tree_make(volume, &where, &making, &ino)));
    describe_dir(where.dir, dir_attr);
    return describe(ino, attr);
}

static error_t fs_do_node_link(task_t client, uint64_t node, uint64_t dir, const char *name,
                               fs_attrs_t attr, fs_dir_attrs_t dir_attr)
{
    (void)client;
    struct where where;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    OK_OR_RETURN(find_where(dir, name, &where));
    OK_OR_RETURN(CHANGE(tree_link(volume, ino, &where)));
    describe_dir(where.dir, dir_attr);
    return describe(ino, attr);
}

// Opens a node that is about to lose its last name.
static error_t keep(task_t client, const struct where *where, handle_t *handle, uint64_t *node)
{
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    error_t err = walk_lookup(volume, where->dir, where->name, strlen(where->name), &ino);
    if (err == ERR_NOT_FOUND)
        return OK;
    OK_OR_RETURN(err);
    OK_OR_RETURN(inode_read(volume, ino, &inode));
    if (inode.i_links_count > 1 && !LINUX_S_ISDIR(inode.i_mode))
        return OK;
    OK_OR_RETURN(serve_open(client, ino, handle));
    *node = node_of(ino, &inode);
    return OK;
}

// Closes the node again if the change failed.
static error_t settle(task_t client, error_t err, handle_t *handle)
{
    return IS_ERROR(err) && *handle != 0 ? close_again(client, *handle, err) : err;
}

static error_t fs_do_node_remove(task_t client, uint64_t dir, const char *name, bool directory,
                                 bool keeps, handle_t *handle, uint64_t *node,
                                 fs_dir_attrs_t dir_attr)
{
    struct where where;
    OK_OR_RETURN(find_where(dir, name, &where));
    if (keeps)
        OK_OR_RETURN(keep(client, &where, handle, node));
    error_t err =
        directory ? CHANGE(tree_rmdir(volume, &where)) : CHANGE(tree_remove(volume, &where));
    describe_dir(where.dir, dir_attr);
    return settle(client, err, handle);
}

static error_t fs_do_node_rename(task_t client, uint64_t dir, const char *name, uint64_t new_dir,
                                 const char *new_name, unsigned flags, bool keeps, handle_t *handle,
                                 uint64_t *node)
{
    struct where from, to;
    ext2_ino_t ino;
    if (flags & ~(unsigned)(FS_RENAME_NEW | FS_RENAME_EXCHANGE) ||
        flags == (FS_RENAME_NEW | FS_RENAME_EXCHANGE))
        return ERR_INVALID_ARG;
    OK_OR_RETURN(find_where(dir, name, &from));
    OK_OR_RETURN(find_where(new_dir, new_name, &to));
    if (flags & FS_RENAME_EXCHANGE)
        return CHANGE(tree_exchange(volume, &from, &to));
    if (flags & FS_RENAME_NEW) {
        error_t err = walk_lookup(volume, to.dir, to.name, strlen(to.name), &ino);
        if (err != ERR_NOT_FOUND)
            return IS_OK(err) ? ERR_ALREADY_EXISTS : err;
    }
    if (keeps)
        OK_OR_RETURN(keep(client, &to, handle, node));
    return settle(client, CHANGE(tree_rename(volume, &from, &to)), handle);
}

// --- Changing -----------------------------------------------------------------------------------

static error_t fs_do_node_change(task_t client, uint64_t node, unsigned what, const fs_attrs_t attr,
                                 fs_attrs_t changed)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    struct attributes wanted = {
        .size = attr[FS_ATTRIBUTE_SIZE],
        .mode = (uint32_t)attr[FS_ATTRIBUTE_MODE],
        .uid = (uint32_t)attr[FS_ATTRIBUTE_UID],
        .gid = (uint32_t)attr[FS_ATTRIBUTE_GID],
        .atime = (int64_t)attr[FS_ATTRIBUTE_ATIME],
        .mtime = (int64_t)attr[FS_ATTRIBUTE_MTIME],
        .atime_ns = (uint32_t)attr[FS_ATTRIBUTE_ATIME_NS],
        .mtime_ns = (uint32_t)attr[FS_ATTRIBUTE_MTIME_NS],
    };
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    OK_OR_RETURN(CHANGE(attr_change(volume, ino, what, &wanted)));
    return describe(ino, changed);
}

static error_t fs_do_allocate(task_t client, handle_t handle, unsigned mode, offset_t offset,
                              offset_t len)
{
    const struct opened *file = fsclients_file(client, handle);
    if (!file)
        return ERR_NOT_FOUND;
    return CHANGE(file_allocate(volume, file->ino, mode, offset, len));
}

// --- Extended attributes ------------------------------------------------------------------------

static error_t fs_do_node_get_xattr(task_t client, uint64_t node, const char *name, void **value,
                                    size_t *value_len)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    return xattr_get(volume, ino, name, value, value_len);
}

static error_t fs_do_node_list_xattr(task_t client, uint64_t node, void **names, size_t *names_len)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    char *text = NULL;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    OK_OR_RETURN(xattr_list(volume, ino, &text, names_len));
    *names = text;
    return OK;
}

static error_t check_flags(ext2_ino_t ino, const char *name, unsigned flags)
{
    void *value = NULL;
    size_t len;
    error_t err = xattr_get(volume, ino, name, &value, &len);
    free(value);
    if (err == ERR_EMPTY)
        return flags & FS_XATTR_OLD ? ERR_EMPTY : OK;
    return IS_OK(err) && (flags & FS_XATTR_NEW) ? ERR_ALREADY_EXISTS : err;
}

static error_t fs_do_node_set_xattr(task_t client, uint64_t node, const char *name,
                                    const void *value, size_t value_len, unsigned flags)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    bool is_default = strcmp(name, ACL_DEFAULT) == 0;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    OK_OR_RETURN(check_flags(ino, name, flags));
    if (LINUX_S_ISLNK(inode.i_mode) && strcmp(name, ACL_ACCESS) == 0)
        return ERR_NOT_ACCEPTABLE;
    if (is_default && !LINUX_S_ISDIR(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    if (is_default || strcmp(name, ACL_ACCESS) == 0)
        return CHANGE(acl_set(volume, ino, name, value, value_len));
    return CHANGE(xattr_set(volume, ino, name, value, value_len));
}

static error_t fs_do_node_remove_xattr(task_t client, uint64_t node, const char *name)
{
    (void)client;
    ext2_ino_t ino;
    struct ext2_inode_large inode;
    OK_OR_RETURN(node_find(volume, node, &ino, &inode));
    return CHANGE(xattr_remove(volume, ino, name));
}

void serve_nodes(struct fs_ops *ops)
{
    ops->node_attributes = fs_do_node_attributes;
    ops->node_lookup = fs_do_node_lookup;
    ops->node_open = fs_do_node_open;
    ops->node_create = fs_do_node_create;
    ops->node_make = fs_do_node_make;
    ops->node_link = fs_do_node_link;
    ops->node_remove = fs_do_node_remove;
    ops->node_rename = fs_do_node_rename;
    ops->node_change = fs_do_node_change;
    ops->node_list = fs_do_node_list;
    ops->node_readlink = fs_do_node_readlink;
    ops->node_get_xattr = fs_do_node_get_xattr;
    ops->node_list_xattr = fs_do_node_list_xattr;
    ops->node_set_xattr = fs_do_node_set_xattr;
    ops->node_remove_xattr = fs_do_node_remove_xattr;
    ops->allocate = fs_do_allocate;
}
