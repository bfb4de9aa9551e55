// The handlers by node. A node is its number in the index plus one.
#include "serve_nodes.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fsclients.h"

#define RECORD_LEN  20             // of fs.node_list, without the name
#define LISTING_LEN (1024u * 1024) // bytes of one answer, at most
#define NUM_DOTS    2u             // "." and ".." come first

static const struct index *index_;

static error_t find(uint64_t node, uint32_t *number)
{
    if (node == 0 || node > index_->num_nodes || index_->nodes[node - 1].dead)
        return ERR_NOT_FOUND;
    *number = (uint32_t)(node - 1);
    return OK;
}

static uint32_t kind_of(const struct inode *inode)
{
    switch (inode->kind) {
    case INDEX_FILE:
        return S_IFREG;
    case INDEX_DIRECTORY:
        return S_IFDIR;
    case INDEX_SYMLINK:
        return S_IFLNK;
    default:
        return S_IFSOCK; // opening one does nothing
    }
}

static uint64_t inode_of(uint32_t number)
{
    return (uint64_t)index_->nodes[number].inode + 1;
}

// Attributes that an archive does not have get the nearest value that makes sense.
static void describe(uint32_t number, fs_attrs_t attr)
{
    const struct inode *inode = index_inode(index_, number);
    attr[FS_ATTRIBUTE_NODE] = (uint64_t)number + 1;
    attr[FS_ATTRIBUTE_INODE] = inode_of(number);
    attr[FS_ATTRIBUTE_SIZE] = inode->size;
    attr[FS_ATTRIBUTE_BLOCKS] = (inode->size + 511) / 512;
    attr[FS_ATTRIBUTE_MODE] = kind_of(inode) | (inode->mode & 07777);
    attr[FS_ATTRIBUTE_LINKS] = 1;
    attr[FS_ATTRIBUTE_UID] = inode->uid;
    attr[FS_ATTRIBUTE_GID] = inode->gid;
    attr[FS_ATTRIBUTE_ATIME] = attr[FS_ATTRIBUTE_MTIME] = attr[FS_ATTRIBUTE_CTIME] =
        (uint64_t)inode->mtime;
}

static error_t fs_do_node_attributes(task_t client, uint64_t node, fs_attrs_t attr)
{
    (void)client;
    uint32_t number;
    OK_OR_RETURN(find(node, &number));
    describe(number, attr);
    return OK;
}

static error_t find_child(uint32_t dir, const char *name, uint32_t *number)
{
    uint32_t low = 0, high = index_->nodes[dir].num_children;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        *number = name[1] ? index_->nodes[dir].parent : dir;
        return OK;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(name, index_->nodes[index_child(index_, dir, middle)].name);
        if (order == 0) {
            *number = index_child(index_, dir, middle);
            return OK;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return strlen(name) > NAME_LEN_MAX ? ERR_TOO_LARGE : ERR_NOT_FOUND;
}

static error_t find_dir(uint64_t node, uint32_t *number)
{
    OK_OR_RETURN(find(node, number));
    return index_inode(index_, *number)->kind == INDEX_DIRECTORY ? OK : ERR_NOT_ACCEPTABLE;
}

static error_t fs_do_node_lookup(task_t client, uint64_t dir, const char *name, fs_attrs_t attr)
{
    (void)client;
    uint32_t number, found;
    OK_OR_RETURN(find_dir(dir, &number));
    OK_OR_RETURN(find_child(number, name, &found));
    describe(found, attr);
    return OK;
}

static error_t fs_do_node_open(task_t client, uint64_t node, unsigned flags, handle_t *handle)
{
    uint32_t number;
    OK_OR_RETURN(find(node, &number));
    if (flags != 0)
        return ERR_NOT_PERMITTED;
    return fsclients_open(client, &index_->nodes[number], handle);
}

static error_t fs_do_node_create(task_t client, uint64_t dir, const char *name, unsigned flags,
                                 unsigned mode, unsigned umask, unsigned uid, unsigned gid,
                                 handle_t *handle, fs_attrs_t attr, fs_dir_attrs_t dir_attr)
{
    (void)mode, (void)umask, (void)uid, (void)gid;
    memset(dir_attr, 0, sizeof(fs_dir_attrs_t));
    uint32_t number, found;
    OK_OR_RETURN(find_dir(dir, &number));
    if (IS_ERROR(find_child(number, name, &found)) || (flags & FS_OPEN_EMPTY))
        return ERR_NOT_PERMITTED;
    if (flags & FS_OPEN_NEW)
        return ERR_ALREADY_EXISTS;
    if (index_inode(index_, found)->kind != INDEX_FILE)
        return ERR_NOT_ACCEPTABLE;
    describe(found, attr);
    return fsclients_open(client, &index_->nodes[found], handle);
}

static uint8_t *put_le(uint8_t *p, uint64_t value, int num_bytes)
{
    for (int i = 0; i < num_bytes; i++)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static error_t fs_do_node_list(task_t client, uint64_t node, uint64_t after, size_t len,
                               void **entries, size_t *entries_len)
{
    (void)client;
    uint32_t dir;
    OK_OR_RETURN(find_dir(node, &dir));
    len = MIN(len, (size_t)LISTING_LEN);
    uint8_t *packed = malloc(len + 1), *p = packed;
    if (!packed)
        return ERR_NO_MEMORY;
    uint64_t num = (uint64_t)index_->nodes[dir].num_children + NUM_DOTS;
    for (uint64_t i = after; i < num; i++) {
        uint32_t number = i == 0   ? dir
                          : i == 1 ? index_->nodes[dir].parent
                                   : index_child(index_, dir, (uint32_t)(i - NUM_DOTS));
        const char *name = i == 0 ? "." : i == 1 ? ".." : index_->nodes[number].name;
        size_t name_len = strlen(name) + 1;
        if (RECORD_LEN + name_len > len - (size_t)(p - packed))
            break;
        p = put_le(p, inode_of(number), 8);
        p = put_le(p, i + 1, 8);
        p = put_le(p, kind_of(index_inode(index_, number)), 4);
        memcpy(p, name, name_len);
        p += name_len;
    }
    if (p == packed && after < num) {
        free(packed);
        return ERR_TOO_SMALL;
    }
    *entries = packed;
    *entries_len = (size_t)(p - packed);
    return OK;
}

static error_t fs_do_node_readlink(task_t client, uint64_t node, char **target)
{
    (void)client;
    uint32_t number;
    OK_OR_RETURN(find(node, &number));
    if (index_inode(index_, number)->kind != INDEX_SYMLINK)
        return ERR_NOT_ACCEPTABLE;
    *target = strdup(index_inode(index_, number)->target);
    return *target ? OK : ERR_NO_MEMORY;
}

void serve_nodes(struct fs_ops *ops, const struct index *served)
{
    index_ = served;
    ops->node_attributes = fs_do_node_attributes;
    ops->node_lookup = fs_do_node_lookup;
    ops->node_open = fs_do_node_open;
    ops->node_create = fs_do_node_create;
    ops->node_list = fs_do_node_list;
    ops->node_readlink = fs_do_node_readlink;
}
