// A socket: what a handle stands for.
#ifndef TCPIP_SOCK_H
#define TCPIP_SOCK_H

#include "lwip_err.h"

#include <lwip/tcp.h>
#include <lwip/udp.h>
#include <oolong/list.h>
#include "fifo.h"
#include "recovery.h"
#include "upcalls.h"

enum sock_kind {
    SOCK_STREAM_CONNECTING,
    SOCK_STREAM_OPEN,
    SOCK_LISTENER,
    SOCK_DATAGRAMS,
    SOCK_CLOSING, // closing.h
};

struct sock {
    enum sock_kind kind;
    task_t owner;    // 0: a connection that nobody accepted yet
    handle_t handle; // the owner's
    unsigned told;   // enum sock_event that the owner knows of, and was not done with yet

    // A connection.
    struct tcp_pcb *pcb; // NULL once it broke; of a listener too
    error_t end;         // OK, ERR_END: the peer closed; ERR_ABORTED: broken
    struct fifo in;
    uint8_t *out; // of a write that its owner waits for: what is left of it
    size_t out_len;
    size_t out_at;
    bool wants_room; // a send could not take all
    struct flow flow;
    uint64_t closing_since_ms;
    bool seen; // by closing_sweep()

    // A listener, and the connections that wait to be accepted.
    list_t waiting;
    unsigned num_waiting;
    unsigned backlog;
    list_elem_t next;
    struct sock *listener; // of one that waits

    // Datagrams.
    struct udp_pcb *udp;
    list_t datagrams;
    unsigned num_datagrams;
};

// Tells the owner of an event, once until sock_untell().
static inline void sock_tell(struct sock *sock, enum sock_event event)
{
    if (sock->owner > 0 && !(sock->told & event) && up_event(sock, event))
        sock->told |= event;
}

static inline void sock_untell(struct sock *sock, enum sock_event event)
{
    sock->told &= ~(unsigned)event;
}

// stream.c: connections and listeners. The socket that is returned has no handle yet.

__mustuse error_t stream_connect(uint32_t addr, uint16_t port, struct sock **sock);
__mustuse error_t stream_listen(uint16_t port, int backlog, struct sock **sock);
// ERR_EMPTY: nobody waits.
__mustuse error_t stream_accept(struct sock *listener, struct sock **sock);
// Reads at most `len` bytes into new memory.
__mustuse error_t stream_read(struct sock *sock, size_t len, void **data, size_t *data_len);
// Tells the owner again, if there is more to read or to accept.
void stream_tell_rest(struct sock *sock);
// Sends what there is room for.
__mustuse error_t stream_send(struct sock *sock, const void *data, size_t len, size_t *sent);
// Sends all; DONT_REPLY: up_written() tells when that is done. `data` is copied then.
__mustuse error_t stream_write(struct sock *sock, const void *data, size_t len);
__mustuse error_t stream_peer(const struct sock *sock, uint32_t *addr, uint16_t *port);

// A packet of a connection came, and lwIP is done with it.
void stream_received(struct tcp_pcb *pcb);
// Sends again what is due on all connections.
void stream_run_timers(uint64_t now);
// Whether a connection that asks for a port may go on; else it has to ask again. What waits to be
// accepted is delayed so, not refused.
bool stream_has_room(uint16_t port);

// datagram.c
__mustuse error_t datagram_open(uint16_t port, struct sock **sock);
__mustuse error_t datagram_send(struct sock *sock, uint32_t addr, uint16_t port, const void *data,
                                size_t len);
__mustuse error_t datagram_recv(struct sock *sock, void **data, size_t *len, uint32_t *addr,
                                uint16_t *port);
void datagram_free(struct sock *sock); // called by sock_free()

// Gives a socket to a task, which is told of what happened so far.
void sock_own(struct sock *sock, task_t owner, handle_t handle);

// Closes and frees any socket. What was sent still arrives; nobody is told of it any more.
void sock_free(struct sock *sock);

#endif
