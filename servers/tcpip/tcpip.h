// What the files of the task share.
#ifndef TCPIP_H
#define TCPIP_H

#include <oolong/types.h>
#include "options.h"
#include "sock.h"

// owners.c: handles of sockets, by client.

// Gives a socket to a client. On failure it stays the caller's.
//
// ERR_NO_MEMORY: it has too many.
__mustuse error_t owners_add(task_t task, struct sock *sock, handle_t *handle);
struct sock *owners_find(task_t task, handle_t handle); // NULL: no such handle
void owners_remove(struct sock *sock);                  // frees the handle, not the socket
// vm says when a client ends. Its sockets are closed.
void owners_reap(void);

// early.c: calls that come before the network is there.

// They wait from now on,
void early_init(void);
// until there are addresses: then no more do.
void early_over(void);
// Whether a call is one of them: it is kept, with what it carries.
bool early_keep(const struct message *m);
// Milliseconds until one of them is to be served; -1: there is none.
msec_t early_remaining(void);
// Takes the next that is to be served now.
bool early_take(struct message *m);

// device.c: the network device.

// The serving task of `net` makes itself known, and waits for the answer, which is given here.
error_t device_register(task_t task, const uint8_t mac[6], const struct options *options);
// Takes frames that it has queued; while there are more, it notifies again. What it sent straight
// to us before them is handled before them.
void device_pull(void (*handle)(struct message *m));
void device_received(task_t task, const void *frame, size_t len);
// The device takes frames that are sent to it.
void device_is_direct(task_t task);
// Answers ASYNC_MSG: of a client that asks for its events, or of the device that asks for frames.
void device_answer_pull(task_t task);

#endif
