// Clients of a server that have handles, or that wait for something. vm tells when one of them
// ends.
#ifndef COMMON_CLIENTS_H
#define COMMON_CLIENTS_H

#include <oolong/types.h>

// Asks vm to tell when `task` ends, unless it was asked before.
//
// ERR_NO_MEMORY. Otherwise as task.watch.
__mustuse error_t clients_watch(task_t task);

// Opens a handle of `task` for `data`, which must not be NULL and stays the caller's. handle_get()
// returns it.
//
// ERR_NO_MEMORY: the client already has `max` handles. Otherwise as clients_watch().
__mustuse error_t clients_add(task_t task, void *data, unsigned max, handle_t *handle);

// Frees a handle of clients_add().
void clients_remove(task_t task, handle_t handle);

// Frees the handles of tasks that have ended. Call it on NOTIFY_ASYNC. It first calls `ended` with
// the task, then `release` with the data of each handle. Both may be NULL.
void clients_reap(void (*ended)(task_t task), void (*release)(void *data));

#endif
