// The served volume, which the handlers by path (main.c) and by node (serve_nodes.c) share.
#ifndef EXT4FS_SERVE_H
#define EXT4FS_SERVE_H

#include "inode.h"

// The file system that is served.
extern struct volume *volume;

// Call it after each change: it commits changes soon, or now if they take too much memory. Returns
// `err`.
error_t serve_changed(error_t err);

// Call it when the timer has run out: commits if no change came since the timer was set, or if a
// change is old enough.
void serve_commit_when_quiet(void);

// Makes a change. Freed blocks can be used again only after a commit. So if a change finds the
// device full, this commits and tries again.
#define CHANGE(expr)                                                                               \
    ({                                                                                             \
        error_t change_err_ = (expr);                                                              \
        if (change_err_ == ERR_NO_SPACE && volume->has_freed && IS_OK(volume_commit(volume)))      \
            change_err_ = (expr);                                                                  \
        serve_changed(change_err_);                                                                \
    })

// Opens an inode of any kind for a client.
__mustuse error_t serve_open(task_t client, ext2_ino_t ino, handle_t *handle);

// Call it when a client has closed its handle of an opened file.
void serve_release(void *file);

// Call it after a read: it may set the inode's time of access.
void serve_was_read(ext2_ino_t ino, struct ext2_inode_large *inode);

#endif
