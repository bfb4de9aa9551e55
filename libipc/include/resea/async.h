// Messages that the sender queues and the receiver fetches, so that the sender never waits.
#ifndef RESEA_ASYNC_H
#define RESEA_ASYNC_H

#include <oolong/list.h>
#include <oolong/message.h>
#include <resea/printf.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A queued message, for programs that keep queues of their own. The library does not use it.
struct async_message {
    list_elem_t next;
    task_t dst;
    struct message m;
};

/// Queues a copy of `m` and of its payloads for `dst`, and notifies `dst` with NOTIFY_ASYNC. Never
/// blocks. The caller still owns `m` and its payloads.
///
/// A task that calls this must answer ASYNC_MSG in its main loop. The *_dispatch() functions that
/// idlc writes do that. discard_unknown_message() does it too if something is queued. Any other
/// loop calls async_reply().
///
/// ERR_NO_MEMORY: 16,384 messages are queued for `dst`, or their payloads and this one's would have
/// more than 16 MiB together. (A message is always queued if there is no other.) Otherwise as
/// ipc_notify().
error_t async_send(task_t dst, struct message *m) __mustuse;

/// Fetches the next message that `src` has queued for the caller. NOTIFY_ASYNC does not say which
/// task has queued one: call this for each task that may have. The caller owns the payloads, as
/// after ipc_recv(). Waits up to one second for the answer of `src`.
///
/// ERR_EMPTY: nothing is queued. ERR_TIMEOUT: `src` did not answer within a second. The request
/// stays under way; NOTIFY_ASYNC says that its answer has come, and the next call returns it.
/// ERR_TRY_AGAIN: there was no buffer for the payload; another NOTIFY_ASYNC follows. Otherwise as
/// ipc_call().
error_t async_recv(task_t src, struct message *m) __mustuse;

/// Answers ASYNC_MSG from `dst` with the next message that is queued for it, or with ERR_EMPTY. If
/// more are queued, notifies `dst` again. Never blocks.
///
/// ERR_WOULD_BLOCK: `dst` is not waiting for an answer. For other errors, as of ipc_send_noblock(),
/// the message is dropped, so that it does not hold up those behind it.
error_t async_reply(task_t dst);

/// How many messages are queued for `dst`, and whether there are none.
size_t async_queued(task_t dst);
bool async_is_empty(task_t dst);

#ifdef __cplusplus
}
#endif

#endif
