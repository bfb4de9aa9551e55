// The handles of each client, and which sockets they stand for.
#include <resea/handle.h>
#include "clients.h"
#include "stack.h"
#include "tcpip.h"

#define HANDLES_MAX 2048 // handles of one client
// A client's handle is the number in its table and, above these bits, a serial number. Without the
// serial number, an event of a closed socket that waits for its client would look like one of the
// socket that has the number next.
#define NUMBER_BITS 12
#define SERIALS     (1 << (31 - NUMBER_BITS))

_Static_assert(HANDLES_MAX < 1 << NUMBER_BITS, "numbers have room below the serial number");

static handle_t number_of(handle_t handle)
{
    return handle & ((1 << NUMBER_BITS) - 1);
}

error_t owners_add(task_t task, struct sock *sock, handle_t *handle)
{
    static int serial;
    handle_t number;
    OK_OR_RETURN(clients_add(task, sock, HANDLES_MAX, &number));
    *handle = serial << NUMBER_BITS | number;
    serial = (serial + 1) % SERIALS;
    sock_own(sock, task, *handle);
    return OK;
}

struct sock *owners_find(task_t task, handle_t handle)
{
    struct sock *sock = handle > 0 ? handle_get(task, number_of(handle)) : NULL;
    return sock && sock->handle == handle ? sock : NULL;
}

void owners_remove(struct sock *sock)
{
    clients_remove(sock->owner, number_of(sock->handle));
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
