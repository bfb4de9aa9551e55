// What has come and is not taken yet: notification bits, packets that came while the task waited
// for something else, and the queue of channels that have something, in the order in which they are
// served.
#ifndef LIBIPC_INBOX_H
#define LIBIPC_INBOX_H

#include "channel.h"

// Packets that a peer can have sent before the task receives from it: an async pull, a SEND or
// CALL, a NOBLOCK, and one to spare. A peer with more under way breaks the rules.
#define INBOX_MAX_STASH 4

/// Adds notification bits: of the timer, of an IRQ, of the task to itself, or of a peer.
void inbox_pend(notifications_t bits);

/// Whether there is a notification, or a channel whose turn has come.
bool inbox_is_empty(void);

/// Whether a channel has a turn.
bool inbox_has_turn(void);

/// Keeps a packet for a later receive, and gives its channel a turn. False: there is no memory, or
/// the peer has too many under way.
bool inbox_push(struct channel *ch, const struct packet *packet);

/// Takes the first packet that was kept. False: there is none.
bool inbox_pop(struct channel *ch, struct packet *packet);

/// A round of looking at the channels begins; those that are added in it come behind the others.
void inbox_begin_round(void);

/// Adds a channel that has something. One that has a turn already keeps it.
void inbox_add(struct channel *ch);

/// The channels of descriptors were added; the others follow.
void inbox_count_round(void);

/// All channels of the round were added: collects the notification bits that they show.
void inbox_end_round(void);

/// Says in the state page that all rounds are served, if they are.
void inbox_note_served(void);

/// Whether notifications may be delivered now. Channels that were passed by the last ones come
/// first.
bool inbox_may_notify(void);

/// Takes all notification bits, passing the channels in the queue. False: there are none.
bool inbox_take_notifications(notifications_t *bits);

/// Takes the channel whose turn it is out of the queue. There is one.
struct channel *inbox_next(void);

/// The channel that inbox_next() returned was served; `gave`: the program has something of it.
void inbox_served(struct channel *ch, bool gave);

#endif
