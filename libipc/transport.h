// The socket transport: sending and receiving packets through sockets, and waiting for many
// descriptors at once. No other part of libipc calls socket or epoll functions.
#ifndef LIBIPC_TRANSPORT_H
#define LIBIPC_TRANSPORT_H

#include <oolong/wire.h>

#define TRANSPORT_MAX_EVENTS 64
#define TRANSPORT_NO_FDS     (-1)

/// Creates the epoll set. Called once, before the filter is installed.
error_t transport_init(void);

/// Adds `fd` to the set. transport_wait() reports it as `cookie` whenever it is readable; with
/// `oneshot`, only once for each call of this function.
error_t transport_watch(int fd, void *cookie, bool oneshot) __mustuse;
void transport_unwatch(int fd);

/// Waits up to `timeout_ms` milliseconds (-1: for ever, 0: not at all) until a descriptor of the
/// set is ready, and fills `cookies`. Returns their number. 0: the time is over, or a signal came.
int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms);

/// Reads one packet; `wait`: as soon as there is one. `fds` takes up to `max_fds` descriptors that
/// came with it, `*num_fds` their number; with `max_fds` 0, a packet that carries any breaks the
/// rules. With TRANSPORT_NO_FDS none can come, or the kernel drops them: that costs less.
///
/// ERR_WOULD_BLOCK: there is none. ERR_ABORTED: end of file: the peer ended.
/// ERR_NOT_ACCEPTABLE: the packet breaks the transport's rules; nothing in it may be used.
error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds) __mustuse;

/// Writes one packet, with a descriptor when `attach` is not -1.
///
/// ERR_WOULD_BLOCK: the channel is full (never when `block`). ERR_ABORTED: the peer ended.
error_t transport_send(int fd, const struct packet *packet, bool block, int attach) __mustuse;

void transport_close(int fd);

#endif
