// The handlers of fs.node_*.
#ifndef ARCHIVEFS_SERVE_NODES_H
#define ARCHIVEFS_SERVE_NODES_H

#include <idl/fs_server.h>
#include "index.h"

// Adds those that read, on an index that stays as it is. All others change something, and have
// none.
void serve_nodes(struct fs_ops *ops, const struct index *served);

#endif
