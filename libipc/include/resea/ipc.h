// Messages between tasks: synchronous rendezvous, as on a microkernel.
//
// Every call returns OK or a negative error. `m.src` is set by a receive to who sent the message,
// as the channel knows it: nobody can forge it. A message that carries payloads (bytes, str) owns
// them after a receive: free() each. A send only reads them, and leaves `m` as it is.
//
// Errors that any of them can return, beside their own: ERR_INVALID_TASK (no such task),
// ERR_NOT_PERMITTED (the suite does not let the two talk), ERR_NOT_ACCEPTABLE (the two were built
// with different versions of the interface), ERR_INVALID_ARG (a type that idlc never made, no
// address for a payload, or, where vm copies it, one that cannot be read; through shared memory,
// and where a string is looked for its end, that is the sender's own SIGSEGV), ERR_TOO_LARGE (a
// payload over what the destination takes), ERR_NO_MEMORY, ERR_TRY_AGAIN (a payload's place was
// given to others sixteen times, because the sender was stopped each time before it sent the
// message). A negative `type` in a message is an error: the receiver's call returns it.
//
// Semantics row by row: docs/semantics.md.
#ifndef RESEA_IPC_H
#define RESEA_IPC_H

#include <oolong/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Sends `m` to `dst` and waits until it was taken, in the order of arrival.
///
/// ERR_INVALID_ARG: `dst` is the caller. ERR_ABORTED: `dst` ended before it took the message.
error_t ipc_send(task_t dst, struct message *m) __mustuse;

/// Sends `m` to `dst` if it is receiving (from anybody or from the caller) now. Never blocks.
///
/// ERR_WOULD_BLOCK: it is not, or no receive buffer is free, or the last such message to it was
/// not taken yet; nothing was sent. OK means queued: it can be lost only by the death of `dst`
/// (or, with a payload, when the caller is stopped between placing it and sending).
error_t ipc_send_noblock(task_t dst, struct message *m) __mustuse;

/// Whether `dst` has received what ipc_send_noblock() sent to it last.
bool ipc_noblock_is_taken(task_t dst);

/// Sends an error as a message. To a task that waits in a call it is the answer, and does not
/// block; to another it is sent as by ipc_send(). OK is an empty message, of type 0.
///
/// ERR_INVALID_ARG: positive. Otherwise as ipc_send().
error_t ipc_send_err(task_t dst, error_t error);

/// Receives a message from `src`, or from anybody (IPC_ANY). Pending notifications come first in
/// an open receive, as one NOTIFICATIONS_MSG from KERNEL_TASK; then the senders in turn.
///
/// ERR_ABORTED: `src` ended. Returns the error when the message is one (`m->src` is set).
error_t ipc_recv(task_t src, struct message *m) __mustuse;

/// Sends `m` to `dst` and waits for its answer, which overwrites `m`. When it fails, the payload
/// pointers of `m` are as the caller left them.
///
/// ERR_ABORTED: `dst` ended. Returns the error when the answer is one.
error_t ipc_call(task_t dst, struct message *m) __mustuse;

/// Answers `dst` as ipc_reply() does (nobody when `dst` < 0), then receives from anybody.
error_t ipc_replyrecv(task_t dst, struct message *m) __mustuse;

/// Answers `dst`, which waits in ipc_call(). Never blocks: what cannot be delivered is logged and
/// dropped; when a payload of `m` cannot be placed, `dst` gets that error as its answer.
void ipc_reply(task_t dst, struct message *m);

/// Answers `dst` with an error; with OK, it is an empty answer, of type 0. DONT_REPLY is no answer
/// at all.
void ipc_reply_err(task_t dst, error_t error);

/// Sets notification bits of `dst`, which sees them at its next open receive. Never blocks, never
/// lost, not counted: bits that are pending already stay so.
error_t ipc_notify(task_t dst, notifications_t notifications);

/// Makes the caller the server of `name`, as the suite lets it.
///
/// ERR_ALREADY_EXISTS: a live task serves it. ERR_NOT_PERMITTED: the suite does not say so.
/// ERR_INVALID_ARG: empty, too long or not printable. ERR_NO_MEMORY: it has sixteen names already.
error_t ipc_serve(const char *name) __mustuse;

/// Returns the server of `name`, waiting until there is one.
///
/// ERR_TIMEOUT: the deadline of ipc_set_lookup_timeout() or of the suite passed. ERR_INVALID_ARG:
/// no name that could be served.
task_t ipc_lookup(const char *name);

/// Sets how long ipc_lookup() waits, in milliseconds; 0 is for ever, and the start is what the
/// suite says.
void ipc_set_lookup_timeout(msec_t timeout);

/// Returns the task that now serves the name under which ipc_lookup() once returned `old`, which
/// the caller found to have ended: waits until it is another one.
///
/// ERR_NOT_FOUND: it never did. Otherwise as ipc_lookup().
task_t ipc_lookup_again(task_t old);

/// Memory for a payload of up to `len` bytes that is going to be sent to `dst`, where it is sent
/// from: what is made there is copied once less. (Through shared memory, up to the size of a ring,
/// and when the ring is empty; else it is memory like any other.) The send, call or reply that
/// carries it as its first payload consumes it, also when that fails; ool_cancel() gives it back
/// unsent. Until then nothing else with a payload can be sent to `dst` (ERR_IN_USE), and it is
/// valid no longer than until the caller next receives a message. Not for async_send(). NULL: no
/// memory.
void *ool_alloc(task_t dst, size_t len);
void ool_cancel(task_t dst, void *payload);

/// Makes bytes `offset` to `offset + len` of a payload in `buf`; `state` is what ool_stream()
/// returned. It must not send or receive.
typedef error_t (*ool_fill)(void *state, void *buf, size_t offset, size_t len);

/// A payload that is made while it is sent, of a file for example: the receiver copies the
/// beginning out while the rest is read, and what is read goes where it is sent from. Returns
/// `size` zeroed bytes for what `fill` has to know. Their address, as the first payload of one
/// send, call or reply, stands for the payload (of type bytes), whose length the message says as
/// ever. Within that send `fill` makes each byte once, in order, as many at a time as there is room
/// for. When it fails, the message is not delivered: a call that it would have answered is answered
/// with the error, and a send returns it. After the send the memory is freed with free(), as that
/// of any payload is; unsent, with ool_cancel(), `dst` being any task. Not for async_send(), nor
/// for messages to vm (ERR_INVALID_ARG). NULL: no memory.
void *ool_stream(ool_fill fill, size_t size);

/// Logs a message that a server does not handle, frees its payloads, and answers a call with
/// ERR_NOT_ACCEPTABLE.
void discard_unknown_message(struct message *m);

/// Frees the payloads of a received message.
void ipc_free_payloads(struct message *m);

/// Returns "fs.open" for FS_OPEN_MSG, the error's name for a negative type. The string stays the
/// library's; that of an unknown type is good until the call after next.
const char *msgtype2str(int type);

/// Returns "ERR_NOT_FOUND" and the like. The string stays the library's.
const char *err2str(error_t err);

#ifdef __cplusplus
}
#endif

#endif
