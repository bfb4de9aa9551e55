// The lower half of a node is the inode's number. The upper half is the inode's generation, which
// changes when the number is used again. The root's generation is ignored.
#include "node.h"
#include "opened.h"
#include "xattr.h"

uint64_t node_of(ext2_ino_t ino, const struct ext2_inode_large *inode)
{
    return ino == EXT2_ROOT_INO ? FS_NODE_ROOT : (uint64_t)inode->i_generation << 32 | ino;
}

error_t node_find(struct volume *volume, uint64_t node, ext2_ino_t *ino,
                  struct ext2_inode_large *inode)
{
    ext2_ino_t number = node == FS_NODE_ROOT ? EXT2_ROOT_INO : (ext2_ino_t)node;
    if (!inode_is_valid(volume, number))
        return ERR_NOT_FOUND;
    OK_OR_RETURN(inode_read(volume, number, inode));
    if (node_of(number, inode) != node || inode->i_mode == 0)
        return ERR_NOT_FOUND;
    if (inode->i_links_count == 0 && !opened_find(volume, number))
        return ERR_NOT_FOUND;
    *ino = number;
    return OK;
}

void node_describe(struct volume *volume, ext2_ino_t ino, const struct ext2_inode_large *inode,
                   fs_attrs_t attr)
{
    struct attributes known;
    inode_attributes(volume, ino, inode, &known);
    attr[FS_ATTRIBUTE_NODE] = node_of(ino, inode);
    attr[FS_ATTRIBUTE_INODE] = ino;
    attr[FS_ATTRIBUTE_SIZE] = known.size;
    attr[FS_ATTRIBUTE_BLOCKS] = known.blocks;
    attr[FS_ATTRIBUTE_MODE] = inode->i_mode;
    attr[FS_ATTRIBUTE_LINKS] = known.links;
    attr[FS_ATTRIBUTE_UID] = known.uid;
    attr[FS_ATTRIBUTE_GID] = known.gid;
    attr[FS_ATTRIBUTE_DEVICE] = inode_device(inode);
    attr[FS_ATTRIBUTE_ATIME] = (uint64_t)known.atime;
    attr[FS_ATTRIBUTE_MTIME] = (uint64_t)known.mtime;
    attr[FS_ATTRIBUTE_CTIME] = (uint64_t)known.ctime;
    attr[FS_ATTRIBUTE_ATIME_NS] = known.atime_ns;
    attr[FS_ATTRIBUTE_MTIME_NS] = known.mtime_ns;
    attr[FS_ATTRIBUTE_CTIME_NS] = known.ctime_ns;
    attr[FS_ATTRIBUTE_XATTRS] = xattr_may_have(volume, ino);
}
