// Taking messages: what a packet becomes when a receive, or the wait of a call, accepts it.
#ifndef LIBIPC_RECEIVE_H
#define LIBIPC_RECEIVE_H

#include "channel.h"

/// Publishes in the state page what the task waits for, and that it does not any more.
void wait_begin(enum wait_kind kind, task_t task, int type);
void wait_end(void);

/// The halves of wait_begin(), for who sends first and reads the clock then. Of other pages nothing
/// may be read between publishing and sending.
void wait_publish(enum wait_kind kind, task_t task, int type);
void wait_since_now(void);

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

/// Adds to a counter of the own state page.
void receive_count(_Atomic uint64_t *counter, uint64_t n);

/// Drops an answer that nobody waits for any more.
void receive_drop_answer(struct channel *ch, struct packet *packet, int fd);

/// A packet of `ch` was stashed: its turn comes at the next open receive.
void receive_list_stashed(struct channel *ch);

/// Adds notification bits of my own: timer, IRQ, a notification to myself.
void receive_pend(notifications_t bits);

// timer.c
/// The milliseconds until the timer fires, -1: not set. 0: it has fired.
int timer_remaining(void);
void timer_clear(void);

// irq.c
/// Whether an event is of a watched descriptor.
bool irq_owns(const void *cookie);
/// Whether any descriptor is watched.
bool irq_any(void);

// map.c
/// Whether vm answers a call of this type with memory.
bool map_is_asked(int type);
/// vm's reply came with memory: maps it and puts its address into the reply.
error_t map_reply(struct message *m, int fd) __mustuse;

#endif
