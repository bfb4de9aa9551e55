// The files that clients of a file server have open. A file is closed by its client, or when the
// client ends.
#ifndef COMMON_FSCLIENTS_H
#define COMMON_FSCLIENTS_H

#include <oolong/types.h>

// Called with the file of each handle that is closed because its client ended.
typedef void (*fsclients_release_fn)(void *file);

// Opens a handle of `task` for `file`, which must not be NULL and stays the caller's.
//
// ERR_NO_MEMORY: the client has too many open. Otherwise as task.watch.
__mustuse error_t fsclients_open(task_t task, void *file, handle_t *handle);

// The file of a handle, or NULL.
void *fsclients_file(task_t task, handle_t handle);

// ERR_NOT_FOUND: no such handle.
__mustuse error_t fsclients_close(task_t task, handle_t handle);

// Frees the handles of tasks that have ended. Call it on NOTIFY_ASYNC. `release` may be NULL.
void fsclients_reap(fsclients_release_fn release);

#endif
