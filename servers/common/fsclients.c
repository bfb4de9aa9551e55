// The files that clients have open. A handle's data is the file, which outlives it.
#include "fsclients.h"
#include <oolong/wire.h>
#include <resea/handle.h>
#include <resea/task.h>
#include "clients.h"

#define OPEN_MAX 1024 // files of one client

// Handles of a server that was started again do not look like those of the one before it: a client
// that still has one gets an error, and not another file. The next server may have the next
// generation of the same slot or any generation of another slot, so the whole id counts.
#define EPOCHS      16381 // a prime
#define HANDLE_BITS 16

static handle_t epoch(void)
{
    return task_self() % EPOCHS << HANDLE_BITS;
}

// The handle as it is in the tables; 0 for a handle from before a restart.
static handle_t own(handle_t handle)
{
    return handle > epoch() && handle - epoch() < 1 << HANDLE_BITS ? handle - epoch() : 0;
}

error_t fsclients_open(task_t task, void *file, handle_t *handle)
{
    handle_t new_handle;
    OK_OR_RETURN(clients_add(task, file, OPEN_MAX, &new_handle));
    *handle = epoch() + new_handle;
    return OK;
}

void *fsclients_file(task_t task, handle_t handle)
{
    return handle_get(task, own(handle));
}

error_t fsclients_close(task_t task, handle_t handle)
{
    if (!fsclients_file(task, handle))
        return ERR_NOT_FOUND;
    clients_remove(task, own(handle));
    return OK;
}

void fsclients_reap(fsclients_release_fn release)
{
    clients_reap(NULL, release);
}
