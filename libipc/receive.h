// Receiving messages: open receives (from any task) and closed receives (from one task).
#ifndef LIBIPC_RECEIVE_H
#define LIBIPC_RECEIVE_H

#include "channel.h"

/// Waits for a message or a notification from any task. With `noblock`, returns ERR_WOULD_BLOCK
/// instead of waiting.
error_t receive_open(struct message *m, bool noblock) __mustuse;

/// Waits for a message from `src`. With `noblock`, returns ERR_WOULD_BLOCK instead of waiting.
/// ERR_ABORTED: `src` has ended.
error_t receive_closed(task_t src, struct message *m, bool noblock) __mustuse;

#endif
