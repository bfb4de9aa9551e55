// The connection to the file server.
#include "fs.h"
#include <errno.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RESTART_MS 10000 // for which a request waits for a server that ended
#define SYNC_PART  10    // of the time, one part, goes into fs_sync_at_pace()

task_t fs_task;
bool fs_is_read_only;
static fs_handles_t closing; // of fs_task
static size_t num_closing;

error_t fs_find(void)
{
    task_t found = ipc_lookup("fs");
    if (IS_ERROR(found))
        return found;
    if (found != fs_task)
        num_closing = 0; // the handles of a server that is gone
    fs_task = found;
    unsigned block_size, name_max;
    uint64_t blocks, free_blocks, files, free_files;
    bool read_only;
    if (IS_OK(fs_statfs(fs_task, &block_size, &blocks, &free_blocks, &files, &free_files, &name_max,
                        &read_only)))
        fs_is_read_only = read_only;
    return OK;
}

bool fs_is_back(error_t err)
{
    if (err != ERR_ABORTED && err != ERR_INVALID_TASK)
        return false;
    ipc_set_lookup_timeout(RESTART_MS);
    return IS_OK(fs_find());
}

error_t fs_reopen(struct file *file)
{
    handle_t handle;
    if (file->server == fs_task)
        return OK;
    OK_OR_RETURN(FS_CALL(fs_node_open(fs_task, file->node, 0, &handle)));
    file->handle = handle;
    file->server = fs_task;
    return OK;
}

void fs_close_pending(void)
{
    fs_handles_t handles = {0};
    if (num_closing == 0)
        return;
    memcpy(handles, closing, num_closing * sizeof(closing[0]));
    num_closing = 0;
    count_closings++;
    fs_close_all(fs_task, handles);
}

void fs_close_later(const struct file *file)
{
    if (file->server != fs_task)
        return;
    closing[num_closing++] = file->handle;
    if (num_closing == sizeof(closing) / sizeof(closing[0]))
        fs_close_pending();
}

uint64_t fs_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_changed; // since the last sync

void fs_changed(void)
{
    is_changed = true;
}

error_t fs_sync_now(void)
{
    is_changed = false;
    error_t err = FS_TWICE(fs_sync(fs_task));
    is_changed |= IS_ERROR(err);
    return err;
}

void fs_sync_when_idle(void)
{
    if (is_changed && IS_ERROR(fs_sync_now()))
        WARN("a change is not on the disk yet");
}

error_t fs_sync_at_pace(struct pace *pace)
{
    uint64_t begin = fs_now_ns();
    if (begin < pace->next_ns)
        return OK;
    error_t err = fs_sync_now();
    uint64_t end = fs_now_ns();
    pace->next_ns = end + (end - begin) * (SYNC_PART - 1);
    return err;
}

int fs_errno(error_t err, int kind_errno)
{
    switch (err) {
    case ERR_NO_MEMORY:
        return ENOMEM;
    case ERR_NOT_PERMITTED:
        return fs_is_read_only ? EROFS : EPERM;
    case ERR_TOO_LARGE:
        return kind_errno == EFBIG ? EFBIG : ENAMETOOLONG;
    case ERR_NOT_FOUND:
        return ENOENT;
    case ERR_INVALID_ARG:
        return EINVAL;
    case ERR_ALREADY_EXISTS:
        return EEXIST;
    case ERR_NOT_ACCEPTABLE:
        return kind_errno;
    case ERR_IN_USE:
        return EBUSY;
    case ERR_NO_SPACE:
        return ENOSPC;
    case ERR_NOT_EMPTY:
        return ENOTEMPTY;
    case ERR_EMPTY:
        return ENODATA;
    default:
        return EIO;
    }
}
