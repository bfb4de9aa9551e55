// What a packet becomes when a receive, or the wait of a call, accepts it.
#ifndef LIBIPC_TAKE_H
#define LIBIPC_TAKE_H

#include "channel.h"

/// Accepts a SEND, CALL or NOBLOCK: `*result` is what the receive returns. False: the packet was
/// refused and its sender told; wait on.
bool take_message(struct channel *ch, struct packet *packet, struct message *m, error_t *result);

/// Accepts the answer to a SEND or CALL. `fd` is what came with it (-1: none), and is used up.
error_t take_answer(struct channel *ch, struct packet *packet, int fd, struct message *m) __mustuse;

/// Drops an answer that nobody waits for any more.
void drop_answer(struct channel *ch, struct packet *packet, int fd);

#endif
