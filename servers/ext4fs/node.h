// Nodes of fs.node_*: an inode and its generation. A later file never gets the same node.
#ifndef EXT4FS_NODE_H
#define EXT4FS_NODE_H

#include <idl/fs.h>
#include "inode.h"

uint64_t node_of(ext2_ino_t ino, const struct ext2_inode_large *inode);

// ERR_NOT_FOUND: the node is gone.
__mustuse error_t node_find(struct volume *volume, uint64_t node, ext2_ino_t *ino,
                            struct ext2_inode_large *inode);

// Writes the attributes of an inode in the form of the interface.
void node_describe(struct volume *volume, ext2_ino_t ino, const struct ext2_inode_large *inode,
                   fs_attrs_t attr);

#endif
