// The receives: from anybody, and from one task alone.
#ifndef LIBIPC_RECEIVE_H
#define LIBIPC_RECEIVE_H

#include "channel.h"

/// Receives from anybody. ERR_WOULD_BLOCK: `noblock`, and there is nothing.
error_t receive_open(struct message *m, bool noblock) __mustuse;

/// Receives from `src` alone.
error_t receive_closed(task_t src, struct message *m, bool noblock) __mustuse;

#endif
