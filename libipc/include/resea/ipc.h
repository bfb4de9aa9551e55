// Messages between tasks: synchronous rendezvous, as on a microkernel.
//
// Every call returns OK or a negative error. A receive sets `m->src` to the sender, as the channel
// knows it; a sender cannot forge it. After a receive, the caller owns the payloads of the message
// (bytes and str) and frees each with free(). A send only reads payloads, and leaves `m` as it is.
//
// A negative `type` in a message is an error: the call that receives the message returns it.
//
// Any call can return these errors, besides its own:
//   ERR_INVALID_TASK    there is no such task
//   ERR_NOT_PERMITTED   the suite file does not let the two tasks talk
//   ERR_NOT_ACCEPTABLE  the two tasks were built with different versions of the interface
//   ERR_INVALID_ARG     idlc never made such a type; a payload is NULL with a length; or vm copies
//                       the payload and cannot read it. (Where vm does not copy it, as through
//                       shared memory, or where the end of a string is looked for, reading it is
//                       the sender's own SIGSEGV.)
//   ERR_TOO_LARGE       a payload is larger than the destination takes
//   ERR_NO_MEMORY
//   ERR_TRY_AGAIN       the place of a payload was given to others sixteen times, because the
//                       sender was stopped each time before it sent the message
//
// Semantics row by row: docs/semantics.md.
#ifndef RESEA_IPC_H
#define RESEA_IPC_H

#include <oolong/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Sends `m` to `dst` and waits until `dst` has taken it. Senders are served in the order in which
/// they came.
///
/// ERR_INVALID_ARG: `dst` is the caller. ERR_ABORTED: `dst` ended before it took the message.
error_t ipc_send(task_t dst, struct message *m) __mustuse;

/// Sends `m` to `dst` if `dst` is receiving now, from any task or from the caller. Never blocks. OK
/// means that the message is queued. It can then be lost only if `dst` ends (or, with a payload, if
/// the caller is stopped between placing the payload and sending).
///
/// ERR_WOULD_BLOCK: `dst` is not receiving, has no free receive buffer for the payload, or has not
/// taken the last such message of the caller yet. Nothing was sent.
error_t ipc_send_noblock(task_t dst, struct message *m) __mustuse;

/// Whether `dst` has received the last message that ipc_send_noblock() sent to it.
bool ipc_noblock_is_taken(task_t dst);

/// Sends an error as a message. If `dst` is waiting in a call to the caller, this is the answer,
/// and does not block. Otherwise it is sent as by ipc_send(). OK is sent as an empty message of
/// type 0.
///
/// ERR_INVALID_ARG: `error` is positive. Otherwise as ipc_send().
error_t ipc_send_err(task_t dst, error_t error);

/// Waits for a message from `src`, or from any task (IPC_ANY). With IPC_ANY, pending notifications
/// come first, as one NOTIFICATIONS_MSG from KERNEL_TASK; then the senders have their turns.
///
/// ERR_ABORTED: `src` has ended. If the message is an error, returns that error; `m->src` is set.
error_t ipc_recv(task_t src, struct message *m) __mustuse;

/// Sends `m` to `dst` and waits for the answer, which overwrites `m`. The caller owns the payloads
/// of the answer, and still owns those that it sent. On failure, the payload pointers in `m` are as
/// the caller left them.
///
/// ERR_ABORTED: `dst` has ended. If the answer is an error, returns that error.
error_t ipc_call(task_t dst, struct message *m) __mustuse;

/// Answers `dst` as ipc_reply() does (no task if `dst` < 0), then receives from any task.
error_t ipc_replyrecv(task_t dst, struct message *m) __mustuse;

/// Answers `dst`, which is waiting in ipc_call(). Never blocks. An answer that cannot be delivered
/// is logged and dropped. If a payload of `m` cannot be placed, `dst` gets that error as its
/// answer.
void ipc_reply(task_t dst, struct message *m);

/// Answers `dst` with an error. OK is an empty answer of type 0. For DONT_REPLY, nothing is sent.
void ipc_reply_err(task_t dst, error_t error);

/// Sets notification bits of `dst`, which gets them at its next receive from IPC_ANY. Never blocks.
/// A bit is never lost, and not counted: setting one that is pending changes nothing.
error_t ipc_notify(task_t dst, notifications_t notifications);

/// Makes the caller the server of `name`.
///
/// ERR_ALREADY_EXISTS: a live task serves it. ERR_NOT_PERMITTED: the suite file does not allow it.
/// ERR_INVALID_ARG: empty, too long or not printable. ERR_NO_MEMORY: it has sixteen names already.
error_t ipc_serve(const char *name) __mustuse;

/// Returns the server of `name`. Waits until there is one.
///
/// ERR_TIMEOUT: the time of ipc_set_lookup_timeout() or of the suite file is over. ERR_INVALID_ARG:
/// no task could serve such a name.
task_t ipc_lookup(const char *name);

/// Sets how long ipc_lookup() waits, in milliseconds; 0 is for ever. Until it is called, the suite
/// file decides.
void ipc_set_lookup_timeout(msec_t timeout);

/// Looks up the name for which ipc_lookup() once returned `old`, a task that has ended since. Waits
/// until another task serves that name.
///
/// ERR_NOT_FOUND: ipc_lookup() never returned `old`. Otherwise as ipc_lookup().
task_t ipc_lookup_again(task_t old);

/// Allocates up to `len` bytes for a payload to `dst`, directly in the memory that it is sent from.
/// That saves one copy. (It is in the ring of a channel with shared memory, if it fits there and
/// the ring is empty; otherwise it is ordinary memory.)
///
/// The send, call or reply that has it as its first payload consumes it, even if that fails.
/// ool_cancel() frees it without sending. Until one of these happens, no other payload can be sent
/// to `dst` (ERR_IN_USE). The memory is valid until the caller next receives a message. It is not
/// for async_send(). NULL: there is no memory.
void *ool_alloc(task_t dst, size_t len);
void ool_cancel(task_t dst, void *payload);

/// Writes bytes `offset` to `offset + len` of a payload to `buf`. `state` is the result of
/// ool_stream(). It must not send or receive.
typedef error_t (*ool_fill)(void *state, void *buf, size_t offset, size_t len);

/// Begins a payload that is produced while it is sent, for example from a file: the receiver copies
/// the beginning while the rest is read, and the bytes are written directly to the memory that they
/// are sent from.
///
/// Returns `size` zeroed bytes for the state of `fill`. Use their address as the first payload (of
/// type bytes) of one send, call or reply, with the length of the payload. During that send, `fill`
/// writes each byte once and in order, as many at a time as there is room for. If it fails, the
/// message is not delivered: a send returns the error, and a call that was to be answered gets the
/// error as its answer. Free the state with free() after the send, or with ool_cancel() (for any
/// `dst`) if it was not sent. It is not for async_send(), nor for messages to vm (ERR_INVALID_ARG).
/// NULL: there is no memory.
void *ool_stream(ool_fill fill, size_t size);

/// Logs a message that the caller does not handle, and frees its payloads. If the sender is waiting
/// for an answer, it gets ERR_NOT_ACCEPTABLE.
void discard_unknown_message(struct message *m);

/// Frees the payloads of a message that was received.
void ipc_free_payloads(struct message *m);

/// Returns the name of a message type, such as "fs.open", or the name of the error for a negative
/// type. The library owns the string. The string of an unknown type is valid until the call after
/// next.
const char *msgtype2str(int type);

/// Returns the name of an error, such as "ERR_NOT_FOUND". The library owns the string.
const char *err2str(error_t err);

#ifdef __cplusplus
}
#endif

#endif
