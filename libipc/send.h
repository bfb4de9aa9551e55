// Sending messages: sends, calls, and answers.
#ifndef LIBIPC_SEND_H
#define LIBIPC_SEND_H

#include "channel.h"

/// Sends `m` and waits until `dst` has received it or, with `is_call`, until the answer has come,
/// which overwrites `m`.
error_t send_and_wait(task_t dst, struct message *m, bool is_call) __mustuse;

/// Answers the call of `dst`. If `dst` is in no call, sends `m` if `dst` is receiving. Never
/// blocks.
error_t send_noblock(task_t dst, const struct message *m) __mustuse;

/// Answers the async pull that was received from `ch`. Errors as of ipc_send_noblock(): the peer
/// got the error as its answer.
error_t send_pull_answer(struct channel *ch, const struct message *m) __mustuse;

#endif
