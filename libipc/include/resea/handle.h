// Handles: small numbers that a server gives its clients. Each client has numbers of its own.
#ifndef RESEA_HANDLE_H
#define RESEA_HANDLE_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Allocates the lowest free handle of `owner`. Handles begin at 1. The data of a new one is NULL.
///
/// ERR_NO_MEMORY: `owner` has 65,536 handles, or there is no memory.
handle_t handle_alloc(task_t owner);

/// The data of a handle. NULL: none was set, or `owner` has no such handle.
void *handle_get(task_t owner, handle_t handle);

/// Sets the data of a handle. The caller still owns the data. If there is no such handle, nothing
/// happens.
void handle_set(task_t owner, handle_t handle, void *data);

/// Frees a handle, but not its data.
void handle_free(task_t owner, handle_t handle);

/// Frees all handles of `owner`. Calls `before_free` (if not NULL) with the data of each.
void handle_free_all(task_t owner, void (*before_free)(void *data));

#ifdef __cplusplus
}
#endif

#endif
