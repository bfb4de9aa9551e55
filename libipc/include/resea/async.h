// Messages that the sender queues and the receiver pulls, so that the sender never waits.
#ifndef RESEA_ASYNC_H
#define RESEA_ASYNC_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <resea/printf.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A queued message, for programs that keep queues of their own. Those of async_send() are the
/// library's.
struct async_message {
    list_elem_t next;
    task_t dst;
    struct message m;
};

/// Queues a copy of `m` (payloads too) for `dst` and notifies it with NOTIFY_ASYNC. Never blocks.
/// Whoever uses it must answer ASYNC_MSG in its main loop: the *_dispatch() functions that idlc
/// writes do, and so does discard_unknown_message() when something is queued; a loop of one's own
/// calls async_reply().
///
/// ERR_NO_MEMORY: 16,384 messages wait for `dst` already, or with this one their payloads would
/// have more than 16 MiB. (A single message is queued whatever its size.) Otherwise as
/// ipc_notify().
error_t async_send(task_t dst, struct message *m) __mustuse;

/// Pulls the next message that `src` has queued for the caller. After NOTIFY_ASYNC, which does not
/// say from whom, ask each that may have sent.
///
/// ERR_EMPTY: nothing is queued. ERR_TIMEOUT: `src` did not answer within a second; the pull stays
/// under way, NOTIFY_ASYNC says when it brought something, and the next call goes on with it.
/// ERR_TRY_AGAIN: the payload could not be placed
/// now; another NOTIFY_ASYNC follows. Otherwise as ipc_call().
error_t async_recv(task_t src, struct message *m) __mustuse;

/// Answers an ASYNC_MSG from `dst` with the next message queued for it, or with ERR_EMPTY, and
/// notifies it again while there are more.
///
/// ERR_WOULD_BLOCK: `dst` does not ask now. Other errors are the message's, as of
/// ipc_send_noblock(); it is dropped, so that it does not stop those behind it.
error_t async_reply(task_t dst);

/// How many messages are queued for `dst`; whether there are none.
size_t async_queued(task_t dst);
bool async_is_empty(task_t dst);

#ifdef __cplusplus
}
#endif

#endif
