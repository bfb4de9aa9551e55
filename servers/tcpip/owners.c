// The handles of each client, and which sockets they stand for.
#include <resea/handle.h>
#include "clients.h"
#include "stack.h"
#include "tcpip.h"

#define HANDLES_MAX 2048 // handles of one client

error_t owners_add(task_t task, struct sock *sock, handle_t *handle)
{
    OK_OR_RETURN(clients_add(task, sock, HANDLES_MAX, handle));
    sock_own(sock, task, *handle);
    return OK;
}

struct sock *owners_find(task_t task, handle_t handle)
{
    return handle_get(task, handle);
}

void owners_remove(struct sock *sock)
{
    clients_remove(sock->owner, sock->handle);
}

static void free_sock(void *data)
{
    struct sock *sock = data;
    sock->owner = 0; // the owner has ended: it gets no events
    sock_free(sock);
}

static void forget_questions(task_t task)
{
    resolver_forget_client(task);
    echo_forget_client(task);
}

void owners_reap(void)
{
    clients_reap(forget_questions, free_sock);
}
