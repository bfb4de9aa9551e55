// The file server behind the mount: calls that go on when it is started again.
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

// Who serves `fs` now.
extern task_t fs_task;

// Looks the server up. As ipc_lookup().
__mustuse error_t fs_find(void);

// After a failed call: whether the server was gone and is there again, so that it is worth another
// try.
bool fs_is_back(error_t err);

// One call, repeated once if the server was started again meanwhile.
#define FS_CALL(expr)                                                                              \
    ({                                                                                             \
        count_calls++;                                                                             \
        error_t fs_call_err_ = (expr);                                                             \
        if (fs_is_back(fs_call_err_))                                                              \
            fs_call_err_ = (expr);                                                                 \
        fs_call_err_;                                                                              \
    })

// The same for a call with the handle of an open file. A server that was started again does not
// know the handle, so the file is opened there by its node.
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

// Closes a handle with others, by one message. Until then the server has the file open.
void fs_close_later(const struct file *file);
// Closes all of these. A server that is gone has none of ours.
void fs_close_pending(void);

uint64_t fs_now_ns(void); // CLOCK_MONOTONIC

// Returns when all changes are on the medium; except that only one part in ten of the time goes
// into that, so of a burst of calls only the first wait. The others' changes follow in some
// milliseconds.
//
// As fs.sync.
struct pace {
    uint64_t next_ns;
};
__mustuse error_t fs_sync_at_pace(struct pace *pace);

// Returns when all changes are on the medium. As fs.sync.
__mustuse error_t fs_sync_now(void);

// Notes that something was changed and, after a while without requests, brings it to the medium.
void fs_changed(void);
void fs_sync_when_idle(void);

// Whether the file server changes nothing. Found out when it is looked up.
extern bool fs_is_read_only;

// An errno for an error of ours. `kind_errno` is what ERR_NOT_ACCEPTABLE means in the call.
int fs_errno(error_t err, int kind_errno);

#endif
