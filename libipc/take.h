// Turns packets into messages, when a receive or the wait for an answer accepts them.
#ifndef LIBIPC_TAKE_H
#define LIBIPC_TAKE_H

#include "channel.h"

/// Accepts a SEND, CALL or NOBLOCK. Sets `*result` to what the receive must return. Returns false
/// if the packet was refused; its sender got an error, and the receive goes on waiting.
bool take_message(struct channel *ch, struct packet *packet, struct message *m, error_t *result);

/// Accepts the answer to a SEND or CALL. Takes over `fd`, the descriptor that came with it (-1:
/// none).
error_t take_answer(struct channel *ch, struct packet *packet, int fd, struct message *m) __mustuse;

/// Drops an answer that is no longer awaited. Closes `fd` (-1: none).
void drop_answer(struct channel *ch, struct packet *packet, int fd);

#endif
