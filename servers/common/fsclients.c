// The files that clients have open. A handle's data is the file, which outlives it.
#include "fsclients.h"
#include <idl/task.h>
#include <oolong/list.h>
#include <oolong/wire.h>
#include <resea/async.h>
#include <resea/handle.h>
#include <resea/ipc.h>
#include <resea/task.h>
#include <stdlib.h>

#define OPEN_MAX 1024 // files of one client

// Handles of a server that was started again do not look like those of the one before it: whoever
// still has one is told so, and does not get at another file.
#define EPOCH_BITS  14
#define HANDLE_BITS 16

static handle_t epoch(void)
{
    return TASK_GEN(task_self()) % (1 << EPOCH_BITS) << HANDLE_BITS;
}

// The handle as it is in the tables, 0 for one of an earlier server.
static handle_t own(handle_t handle)
{
    return handle > epoch() && handle - epoch() < 1 << HANDLE_BITS ? handle - epoch() : 0;
}

struct client {
    list_elem_t next;
    task_t task;
    unsigned num_open;
};

static list_t clients = {&clients, &clients};

static struct client *find(task_t task)
{
    LIST_FOR_EACH (client, &clients, struct client, next) {
        if (client->task == task)
            return client;
    }
    return NULL;
}

// A client from its first open file on: vm says when it ends.
static error_t find_or_add(task_t task, struct client **found)
{
    struct client *client = find(task);
    if (!client) {
        client = calloc(1, sizeof(*client));
        if (!client)
            return ERR_NO_MEMORY;
        error_t err = task_watch(VM_TASK, task);
        if (IS_ERROR(err)) {
            free(client);
            return err;
        }
        client->task = task;
        list_push_back(&clients, &client->next);
    }
    *found = client;
    return OK;
}

error_t fsclients_open(task_t task, void *file, handle_t *handle)
{
    struct client *client;
    OK_OR_RETURN(find_or_add(task, &client));
    if (client->num_open >= OPEN_MAX)
        return ERR_NO_MEMORY;

    handle_t new_handle = handle_alloc(task);
    if (IS_ERROR(new_handle))
        return new_handle;
    handle_set(task, new_handle, file);
    client->num_open++;
    *handle = epoch() + new_handle;
    return OK;
}

void *fsclients_file(task_t task, handle_t handle)
{
    return handle_get(task, own(handle));
}

error_t fsclients_close(task_t task, handle_t handle)
{
    struct client *client = find(task);
    if (!client || !handle_get(task, own(handle)))
        return ERR_NOT_FOUND;
    handle_free(task, own(handle));
    client->num_open--;
    return OK;
}

static void forget(task_t task, fsclients_release_fn release)
{
    struct client *client = find(task);
    handle_free_all(task, release);
    if (client) {
        list_remove(&client->next);
        free(client);
    }
}

void fsclients_reap(fsclients_release_fn release)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG)
            forget(m.task_exited.task, release);
        else
            ipc_free_payloads(&m);
    }
}
