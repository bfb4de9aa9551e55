// A list of clients, and how many handles each has.
#include "clients.h"
#include <idl/task.h>
#include <oolong/list.h>
#include <resea/async.h>
#include <resea/handle.h>
#include <resea/ipc.h>
#include <stdlib.h>

struct client {
    list_elem_t next;
    task_t task;
    unsigned num_handles;
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

error_t clients_watch(task_t task)
{
    if (find(task))
        return OK;
    struct client *client = calloc(1, sizeof(*client));
    if (!client)
        return ERR_NO_MEMORY;
    error_t err = task_watch(VM_TASK, task);
    if (IS_ERROR(err)) {
        free(client);
        return err;
    }
    client->task = task;
    list_push_back(&clients, &client->next);
    return OK;
}

error_t clients_add(task_t task, void *data, unsigned max, handle_t *handle)
{
    OK_OR_RETURN(clients_watch(task));
    struct client *client = find(task);
    if (client->num_handles >= max)
        return ERR_NO_MEMORY;
    handle_t new_handle = handle_alloc(task);
    if (IS_ERROR(new_handle))
        return new_handle;
    handle_set(task, new_handle, data);
    client->num_handles++;
    *handle = new_handle;
    return OK;
}

void clients_remove(task_t task, handle_t handle)
{
    struct client *client = find(task);
    handle_free(task, handle);
    if (client)
        client->num_handles--;
}

static void forget(task_t task, void (*ended)(task_t task), void (*release)(void *data))
{
    struct client *client = find(task);
    if (ended)
        ended(task);
    handle_free_all(task, release);
    if (client) {
        list_remove(&client->next);
        free(client);
    }
}

void clients_reap(void (*ended)(task_t task), void (*release)(void *data))
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG)
            forget(m.task_exited.task, ended, release);
        else
            ipc_free_payloads(&m);
    }
}
