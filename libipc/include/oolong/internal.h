// What vm, and tests that play a part of the system, need of libipc beyond the public interface.
#ifndef OOLONG_INTERNAL_H
#define OOLONG_INTERNAL_H

#include <oolong/message.h>
#include <oolong/wire.h>

/// The caller's own state page, and the page of a task with which it has a channel (NULL: none).
struct state_page *ipc_own_page(void);
const struct state_page *ipc_peer_page(task_t task);

/// vm only: which tasks were granted a channel to each other.
const struct talk_table *ipc_talk_table(void);

/// Ends the task by SIGABRT, with a core file where the host allows one.
void task_abort(void) __attribute__((cold, noreturn));

/// vm only: takes over the memory of the receive buffers of a task with which it has a channel, and
/// sets `*len` to its length in bytes. The caller must give it back. NULL: there is none, or it was
/// taken over before.
void *ipc_take_landing(task_t task, size_t *len);

/// vm only: gives back memory that ipc_take_landing() returned. ipc_release_piece() does it.
void ipc_release_landing(void *landing, size_t len);

/// vm only: gives back a piece of such memory, in about a millisecond. vm calls it between two
/// messages for as long as ipc_release_is_pending() says that there is more.
void ipc_release_piece(void);
bool ipc_release_is_pending(void);

/// vm only: the core for its main thread; -1: any that the launcher allows.
int ipc_own_core(void);

/// vm only. See enum control_op.
error_t ipc_control_reap(task_t task);
void ipc_control_copying(void);
error_t ipc_control_launch(uint32_t token, const char *text, size_t len);
/// Memory for `owner`: fresh pages, or a segment. `fds` become a read-write and a read-only
/// descriptor, which the caller closes; it says so of a segment's with ipc_control_closed().
error_t ipc_control_memfd(task_t owner, bool is_pages, size_t size, int fds[2]);
void ipc_control_closed(void);

/// vm only: ipc_reply() with a descriptor attached, which stays the caller's.
error_t ipc_reply_fd(task_t dst, struct message *m, int fd);

#endif
