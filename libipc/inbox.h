// What has arrived and was not received yet: notification bits; stashed packets, which were read
// while the task waited for something else; and the queue of channels with packets, in the order
// in which an open receive serves them.
#ifndef LIBIPC_INBOX_H
#define LIBIPC_INBOX_H

#include "channel.h"

// The most packets of one peer that are stashed. An honest peer has at most three under way: an
// async pull, a SEND or CALL, and a NOBLOCK. One is to spare.
#define INBOX_MAX_STASH 4

/// Makes notification bits pending: of the timer, an IRQ, a peer or the task itself.
void inbox_pend(notifications_t bits);

/// Whether no notification is pending and no channel has a turn.
bool inbox_is_empty(void);

/// Whether any channel has a turn.
bool inbox_has_turn(void);

/// Stashes a packet for a later receive, and gives its channel a turn. Returns false if there is no
/// memory, or the channel has INBOX_MAX_STASH packets in the stash. (The launcher has no limit.)
bool inbox_push(struct channel *ch, const struct packet *packet);

/// Removes the oldest stashed packet of a channel. Returns false if there is none.
bool inbox_pop(struct channel *ch, struct packet *packet);

/// Begins a round: a look at all channels. Channels that are added in it come behind the others.
void inbox_begin_round(void);

/// Gives a channel that has something to read a turn. A channel that has a turn keeps it.
void inbox_add(struct channel *ch);

/// Counts the round. Called when the channels whose descriptors are readable have been added.
void inbox_count_round(void);

/// Ends the round: collects the notification bits of all channels that have a turn.
void inbox_end_round(void);

/// If no channel has a turn, publishes in the state page that all rounds are served.
void inbox_note_served(void);

/// Whether notifications may be delivered now. After notifications were delivered, all channels
/// that had a turn then are served before the next notifications.
bool inbox_may_notify(void);

/// Takes all pending notification bits, ahead of the channels in the queue. Returns false if there
/// are none.
bool inbox_take_notifications(notifications_t *bits);

/// Removes the first channel from the queue, which must not be empty.
struct channel *inbox_next(void);

/// Ends the turn of the channel that inbox_next() returned. `gave`: the program received something.
void inbox_served(struct channel *ch, bool gave);

#endif
