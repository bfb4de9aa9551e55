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

// device.c: the network device.

// The serving task of `net` makes itself known, and waits for the answer, which is given here.
error_t device_register(task_t task, const uint8_t mac[6], const struct options *options);
// Takes a frame that it has queued; while there are more, it notifies again.
void device_pull(void);
void device_received(task_t task, const void *frame, size_t len);

#endif
