// The handlers of fs.node_*.
#ifndef ARCHIVEFS_SERVE_NODES_H
#define ARCHIVEFS_SERVE_NODES_H

#include <idl/fs_server.h>
#include "index.h"

// Adds the handlers that read. The methods that change something have no handler.
void serve_nodes(struct fs_ops *ops, const struct index *served);

#endif
