// Declarations that the task's files share, by the file that has the functions.
#ifndef TCPIP_H
#define TCPIP_H

#include <oolong/types.h>
#include "options.h"
#include "sock.h"

// owners.c: the handles of each client.

// Gives a socket to a client. `*handle` becomes the socket's handle. On failure the caller still
// owns the socket.
//
// ERR_NO_MEMORY: the client has too many handles.
__mustuse error_t owners_add(task_t task, struct sock *sock, handle_t *handle);
struct sock *owners_find(task_t task, handle_t handle); // NULL: no such handle
void owners_remove(struct sock *sock);                  // frees the handle, not the socket
// Asks vm which clients have ended, and closes their sockets.
void owners_reap(void);

// early.c: keeps calls that need the network while it has no addresses.

// Begins to keep calls, for five seconds at most.
void early_init(void);
// Stops keeping calls: the network has its addresses.
void early_over(void);
// Whether the call must wait. If so, takes over the call with its payloads.
bool early_keep(const struct message *m);
// Milliseconds until the kept calls are due; -1: there are none.
msec_t early_remaining(void);
// Takes a kept call that is due into `m`. False: none is.
bool early_take(struct message *m);

// device.c: the network device.

// Makes `task`, which must serve `net`, the device. Answers its call before it sends a frame.
//
// DONT_REPLY: it was answered. ERR_NOT_PERMITTED: `task` does not serve `net`.
error_t device_register(task_t task, const uint8_t mac[6], const struct options *options);
// Fetches frames that the device has queued. If more are left, the device notifies again. Frames
// that the device sent before those are passed to `handle` first.
void device_pull(void (*handle)(struct message *m));
// Takes a frame that a task has sent, if the task is the device.
void device_received(task_t task, const void *frame, size_t len);
// Notes that `task` takes frames by message, if it serves `net`.
void device_is_direct(task_t task);
// Answers ASYNC_MSG of any task: with the next event of a client, or with a frame for the device.
void device_answer_pull(task_t task);

#endif
