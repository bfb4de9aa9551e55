// The connection to the file server.
#include "fs.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <resea/printf.h>

#define RESTART_MS 10000 // for which a request waits for a server that ended
#define SYNC_PART  10    // of the time, one part, goes into fs_sync_at_pace()

task_t fs_task;

error_t fs_find(void)
{
    task_t found = ipc_lookup("fs");
    if (IS_ERROR(found))
        return found;
    fs_task = found;
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
    char *path;
    handle_t handle;
    OK_OR_RETURN(node_path(file->node, NULL, &path));
    error_t err = FS_CALL(fs_open(fs_task, path, &handle));
    free(path);
    if (IS_OK(err))
        file->handle = handle;
    return err;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

error_t fs_sync_at_pace(struct pace *pace)
{
    uint64_t begin = now_ns();
    if (begin < pace->next_ns)
        return OK;
    error_t err = FS_CALL(fs_sync(fs_task));
    uint64_t end = now_ns();
    pace->next_ns = end + (end - begin) * (SYNC_PART - 1);
    return err;
}

int fs_errno(error_t err, int kind_errno)
{
    switch (err) {
    case ERR_NO_MEMORY:
        return ENOMEM;
    case ERR_NOT_PERMITTED:
        return EROFS;
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
    default:
        return EIO;
    }
}
