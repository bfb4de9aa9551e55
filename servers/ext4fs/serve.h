// What the handlers by path (main.c) and those by node (serve_nodes.c) have in common.
#ifndef EXT4FS_SERVE_H
#define EXT4FS_SERVE_H

#include <idl/fs_server.h>
#include "inode.h"

// The file system that is served.
extern struct volume *volume;

// After a change: it is on its way to the device. Returns `err`.
error_t serve_changed(error_t err);

// Blocks that were freed can be used after a commit, so what finds the device full is tried again.
#define CHANGE(expr)                                                                               \
    ({                                                                                             \
        error_t change_err_ = (expr);                                                              \
        if (change_err_ == ERR_NO_SPACE && volume->has_freed && IS_OK(volume_commit(volume)))      \
            change_err_ = (expr);                                                                  \
        serve_changed(change_err_);                                                                \
    })

// Opens an inode of any kind for a client.
__mustuse error_t serve_open(task_t client, ext2_ino_t ino, handle_t *handle);

// One handle less of an opened file.
void serve_release(void *file);

// What was read may get another time of access.
void serve_was_read(ext2_ino_t ino, struct ext2_inode_large *inode);

// Adds the handlers by node.
void serve_nodes(struct fs_ops *ops);

#endif
