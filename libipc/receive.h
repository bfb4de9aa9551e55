// Taking messages: what a packet becomes when a receive, or the wait of a call, accepts it.
#ifndef LIBIPC_RECEIVE_H
#define LIBIPC_RECEIVE_H

#include "channel.h"

/// Receives from anybody. ERR_WOULD_BLOCK: `noblock`, and there is nothing.
error_t receive_open(struct message *m, bool noblock) __mustuse;

/// Receives from `src` alone.
error_t receive_closed(task_t src, struct message *m, bool noblock) __mustuse;

/// Accepts a SEND, CALL or NOBLOCK: `*result` is what the receive returns. False: the packet was
/// refused and its sender told; wait on.
bool receive_take(struct channel *ch, struct packet *packet, struct message *m, error_t *result);

/// Accepts the answer to a SEND or CALL. `fd` is what came with it (-1: none), and is used up.
error_t receive_answer(struct channel *ch, struct packet *packet, int fd,
                       struct message *m) __mustuse;

/// Answers the async pull that was taken from `ch`. ERR_WOULD_BLOCK: there is none. Other errors as
/// ipc_send_noblock(): the peer got that error as its answer.
error_t ipc_answer_pull(struct channel *ch, const struct message *m) __mustuse;

/// Drops an answer that nobody waits for any more.
void receive_drop_answer(struct channel *ch, struct packet *packet, int fd);

#endif
