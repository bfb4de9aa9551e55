// The sends: rendezvous, calls, and answers.
#ifndef LIBIPC_SEND_H
#define LIBIPC_SEND_H

#include "channel.h"

/// Sends `m` and waits until it is taken; `is_call`: until the answer is there, which replaces `m`.
error_t send_and_wait(task_t dst, struct message *m, bool is_call) __mustuse;

/// Answers the call of `dst`; when it is in none, sends `m` if `dst` receives it now. Never blocks.
error_t send_noblock(task_t dst, const struct message *m) __mustuse;

/// Answers the async pull that was taken from `ch`. ERR_WOULD_BLOCK: there is none. Other errors as
/// ipc_send_noblock(): the peer got that error as its answer.
error_t send_pull_answer(struct channel *ch, const struct message *m) __mustuse;

#endif
