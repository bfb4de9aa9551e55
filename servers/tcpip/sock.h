// A socket, which a client knows by its handle: a connection, a listener or a UDP socket.
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
    task_t owner;    // 0: no client has accepted the connection yet
    handle_t handle; // the owner's number for the socket
    unsigned told;   // events (enum sock_event) that the owner knows and that are not repeated yet

    // A connection.
    struct tcp_pcb *pcb; // also for a listener; NULL: the connection broke
    error_t end;         // OK, ERR_END: the peer closed; ERR_ABORTED: broken
    struct fifo in;
    uint8_t *out; // copy of a write that the owner waits for; NULL: there is none
    size_t out_len;
    size_t out_at;   // this many bytes of `out` are sent
    bool wants_room; // a send did not take all its bytes
    struct flow flow;
    uint64_t closing_since_ms;
    bool seen; // closing_sweep() has found it in lwIP's list

    // A listener and its connections that no client has accepted yet.
    list_t waiting;
    unsigned num_waiting;
    unsigned backlog;
    list_elem_t next;
    struct sock *listener; // for a connection that waits to be accepted

    // Datagrams.
    struct udp_pcb *udp;
    list_t datagrams;
    unsigned num_datagrams;
};

// Tells the owner about an event, unless it was told since the last sock_untell().
static inline void sock_tell(struct sock *sock, enum sock_event event)
{
    if (sock->owner > 0 && !(sock->told & event) && up_event(sock, event))
        sock->told |= event;
}

static inline void sock_untell(struct sock *sock, enum sock_event event)
{
    sock->told &= ~(unsigned)event;
}

// stream.c: connections and listeners. Addresses and ports are in host byte order. A new socket has
// no owner and no handle yet; the caller owns it and frees it with sock_free().

// Begins to connect. up_connected() reports the result.
//
// ERR_NO_MEMORY: too many sockets. ERR_INVALID_ARG, ERR_UNAVAILABLE: no such address can be
// reached.
__mustuse error_t stream_connect(uint32_t addr, uint16_t port, struct sock **sock);
// Listens on `port` for at most `backlog` connections that wait to be accepted.
//
// ERR_INVALID_ARG: port or backlog is 0. ERR_IN_USE. ERR_NO_MEMORY.
__mustuse error_t stream_listen(uint16_t port, int backlog, struct sock **sock);
// Takes the connection that has waited longest.
//
// ERR_EMPTY: none waits.
__mustuse error_t stream_accept(struct sock *listener, struct sock **sock);
// Takes at most `len` bytes that have arrived, in memory that the caller frees with free().
//
// ERR_EMPTY: none yet. ERR_END: the peer has closed. ERR_ABORTED: the connection broke.
__mustuse error_t stream_read(struct sock *sock, size_t len, void **data, size_t *data_len);
// Repeats the event if there is more to read or to accept.
void stream_tell_rest(struct sock *sock);
// Gives the send buffer as many bytes of `data` as it has room for. `*sent` becomes their number.
//
// ERR_ABORTED: the connection broke, or a stream_write() is not done.
__mustuse error_t stream_send(struct sock *sock, const void *data, size_t len, size_t *sent);
// Sends all bytes of `data`. DONT_REPLY: the unsent rest of `data` was copied; up_written() is
// called when its last byte is in the send buffer.
//
// ERR_ABORTED: as stream_send(). ERR_NO_MEMORY.
__mustuse error_t stream_write(struct sock *sock, const void *data, size_t len);
// The address and port of the other end.
//
// ERR_NOT_FOUND: the connection broke.
__mustuse error_t stream_peer(const struct sock *sock, uint32_t *addr, uint16_t *port);

// Call it when lwIP has handled a packet of the connection.
void stream_received(struct tcp_pcb *pcb);
// Retransmits segments that are due, on all connections. `now` is stack_now_ms().
void stream_run_timers(uint64_t now);
// Whether the listener of `port` has room for one more connection. If not, the caller drops the
// SYN: the peer repeats it, and the connection is delayed but not refused.
bool stream_has_room(uint16_t port);

// datagram.c: UDP sockets. The errors are those of tcpip.udp_open, udp_sendto and udp_recvfrom.
__mustuse error_t datagram_open(uint16_t port, struct sock **sock);
__mustuse error_t datagram_send(struct sock *sock, uint32_t addr, uint16_t port, const void *data,
                                size_t len);
__mustuse error_t datagram_recv(struct sock *sock, void **data, size_t *len, uint32_t *addr,
                                uint16_t *port);
void datagram_free(struct sock *sock); // called by sock_free()

// Makes a task the owner of a socket, and tells it the events so far.
void sock_own(struct sock *sock, task_t owner, handle_t handle);

// Closes and frees a socket of any kind. Bytes that were sent still arrive. The owner gets no more
// events.
void sock_free(struct sock *sock);

#endif
