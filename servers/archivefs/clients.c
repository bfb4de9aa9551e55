// The files that clients have open. A handle's data is the node, which outlives it.
#include "clients.h"
#include <idl/task.h>
#include <list.h>
#include <resea/async.h>
#include <resea/handle.h>
#include <resea/ipc.h>
#include <stdlib.h>

#define OPEN_MAX 1024 // files of one client

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

error_t clients_open(task_t task, const struct node *node, handle_t *handle)
{
    struct client *client;
    OK_OR_RETURN(find_or_add(task, &client));
    if (client->num_open >= OPEN_MAX)
        return ERR_NO_MEMORY;

    handle_t new_handle = handle_alloc(task);
    if (IS_ERROR(new_handle))
        return new_handle;
    handle_set(task, new_handle, (void *)(uintptr_t)node);
    client->num_open++;
    *handle = new_handle;
    return OK;
}

const struct node *clients_file(task_t task, handle_t handle)
{
    return handle_get(task, handle);
}

error_t clients_close(task_t task, handle_t handle)
{
    struct client *client = find(task);
    if (!client || !handle_get(task, handle))
        return ERR_NOT_FOUND;
    handle_free(task, handle);
    client->num_open--;
    return OK;
}

static void forget(task_t task)
{
    struct client *client = find(task);
    handle_free_all(task, NULL);
    if (client) {
        list_remove(&client->next);
        free(client);
    }
}

void clients_reap(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG)
            forget(m.task_exited.task);
        else
            ipc_free_payloads(&m);
    }
}
