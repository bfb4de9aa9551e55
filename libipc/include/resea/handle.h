// Handles: small numbers that a server gives its clients, private to each.
#ifndef RESEA_HANDLE_H
#define RESEA_HANDLE_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Allocates the lowest free handle of `owner`, from 1; its data is NULL.
///
/// ERR_NO_MEMORY: 65,536 are in use, or memory ran out.
handle_t handle_alloc(task_t owner);

/// The data of a handle; NULL when `owner` has no such handle.
void *handle_get(task_t owner, handle_t handle);

/// Sets the data of a handle, which the caller goes on owning. Nothing happens when there is no
/// such handle.
void handle_set(task_t owner, handle_t handle, void *data);

/// Frees a handle (not its data).
void handle_free(task_t owner, handle_t handle);

/// Frees all handles of `owner`, calling `before_free` (if not NULL) with the data of each.
void handle_free_all(task_t owner, void (*before_free)(void *data));

#ifdef __cplusplus
}
#endif

#endif
