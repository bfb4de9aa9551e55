// The handlers of fs.node_*.
#ifndef EXT4FS_SERVE_NODES_H
#define EXT4FS_SERVE_NODES_H

#include <idl/fs_server.h>

// Adds the handlers by node to those by path.
void serve_nodes(struct fs_ops *ops);

#endif
