// The file server behind the mount. Calls continue when it is started again.
#ifndef FUSE_FS_H
#define FUSE_FS_H

#include <idl/fs.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "count.h"

// An open file.
struct file {
    uint64_t node;
    handle_t handle;
    task_t server;   // that gave the handle
    bool is_changed; // since it was last flushed
};

// The task that serves `fs` now.
extern task_t fs_task;

// Looks the server up. As ipc_lookup().
__mustuse error_t fs_find(void);

// Whether a call failed because the server had ended, and the server is there again: then the call
// can be repeated.
bool fs_is_back(error_t err);

// One call, repeated once if the server was started again meanwhile.
#define FS_TWICE(expr)                                                                             \
    ({                                                                                             \
        error_t fs_call_err_ = (expr);                                                             \
        if (fs_is_back(fs_call_err_))                                                              \
            fs_call_err_ = (expr);                                                                 \
        fs_call_err_;                                                                              \
    })

// The same for a request of the kernel, counted.
#define FS_CALL(expr)                                                                              \
    ({                                                                                             \
        count_calls++;                                                                             \
        FS_TWICE(expr);                                                                            \
    })

// The same for a call with the handle of an open file. If the server was started again, it does not
// know the handle, so the file is first opened again by its node.
#define FS_FILE_CALL(file, expr)                                                                   \
    ({                                                                                             \
        error_t fs_file_err_ = fs_reopen(file);                                                    \
        if (IS_OK(fs_file_err_)) {                                                                 \
            count_calls++;                                                                         \
            fs_file_err_ = (expr);                                                                 \
        }                                                                                          \
        if (fs_is_back(fs_file_err_)) {                                                            \
            fs_file_err_ = fs_reopen(file);                                                        \
            if (IS_OK(fs_file_err_))                                                               \
                fs_file_err_ = (expr);                                                             \
        }                                                                                          \
        fs_file_err_;                                                                              \
    })

// Opens a file again if another server gave its handle.
__mustuse error_t fs_reopen(struct file *file);

// Closes a file's handle later, together with others. Until then the server has the file open.
void fs_close_later(const struct file *file);
// Closes all handles of fs_close_later() now.
void fs_close_pending(void);

uint64_t fs_now_ns(void); // CLOCK_MONOTONIC

// Returns when all changes are on the medium, unless this would take more than a tenth of the time:
// in a burst of calls, only the first wait. fs_sync_when_idle() follows for the others.
//
// As fs.sync.
struct pace {
    uint64_t next_ns;
};
__mustuse error_t fs_sync_at_pace(struct pace *pace);

// Returns when all changes are on the medium. As fs.sync.
__mustuse error_t fs_sync_now(void);

// Notes a change. fs_sync_when_idle() brings noted changes to the medium; call it when no request
// came for a while.
void fs_changed(void);
void fs_sync_when_idle(void);

// Whether the file system is read-only, as of the last lookup of the server.
extern bool fs_is_read_only;

// The errno for an error. `kind_errno` is the errno for ERR_NOT_ACCEPTABLE.
int fs_errno(error_t err, int kind_errno);

#endif
