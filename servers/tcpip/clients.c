// Handles, by client; vm says when one ends.
#include <idl/task.h>
#include <list.h>
#include <resea/async.h>
#include <resea/handle.h>
#include <resea/ipc.h>
#include <stdlib.h>
#include "stack.h"
#include "tcpip.h"

#define HANDLES_MAX 2048 // of one client

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

error_t clients_add(task_t task, struct sock *sock, handle_t *handle)
{
    OK_OR_RETURN(clients_watch(task));
    struct client *client = find(task);
    if (client->num_handles >= HANDLES_MAX)
        return ERR_NO_MEMORY;
    handle_t new_handle = handle_alloc(task);
    if (IS_ERROR(new_handle))
        return new_handle;
    handle_set(task, new_handle, sock);
    client->num_handles++;
    sock_own(sock, task, new_handle);
    *handle = new_handle;
    return OK;
}

struct sock *clients_find(task_t task, handle_t handle)
{
    return handle_get(task, handle);
}

void clients_remove(struct sock *sock)
{
    struct client *client = find(sock->owner);
    handle_free(sock->owner, sock->handle);
    if (client)
        client->num_handles--;
}

static void free_sock(void *data)
{
    struct sock *sock = data;
    sock->owner = 0; // nobody to tell
    sock_free(sock);
}

static void forget(task_t task)
{
    struct client *client = find(task);
    resolver_forget_client(task);
    echo_forget_client(task);
    handle_free_all(task, free_sock);
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
