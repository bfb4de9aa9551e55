// Clients of a server that have handles, or wait for something: vm says when one ends.
#ifndef COMMON_CLIENTS_H
#define COMMON_CLIENTS_H

#include <oolong/types.h>

// Makes sure that the end of `task` is told.
//
// ERR_NO_MEMORY. Otherwise as task.watch.
__mustuse error_t clients_watch(task_t task);

// Opens a handle of `task` for `data`, which is not NULL and stays the caller's; handle_get() gives
// it back.
//
// ERR_NO_MEMORY: the client has `max` already. Otherwise as clients_watch().
__mustuse error_t clients_add(task_t task, void *data, unsigned max, handle_t *handle);

// Frees a handle of clients_add().
void clients_remove(task_t task, handle_t handle);

// Frees the handles of tasks that ended. `ended` is called before with the task, `release` with
// what each handle stands for; both may be NULL. Call it on NOTIFY_ASYNC.
void clients_reap(void (*ended)(task_t task), void (*release)(void *data));

#endif
