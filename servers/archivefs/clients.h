// The files that clients have open, until they close them or end.
#ifndef ARCHIVEFS_CLIENTS_H
#define ARCHIVEFS_CLIENTS_H

#include <types.h>
#include "index.h"

// Opens a handle of `task` for the file that a node names.
//
// ERR_NO_MEMORY: the client has too many open. Otherwise as task.watch.
__mustuse error_t clients_open(task_t task, const struct node *node, handle_t *handle);

// The node of a handle, or NULL.
const struct node *clients_file(task_t task, handle_t handle);

// ERR_NOT_FOUND: no such handle.
__mustuse error_t clients_close(task_t task, handle_t handle);

// Frees what ended tasks had open. Call it on NOTIFY_ASYNC.
void clients_reap(void);

#endif
