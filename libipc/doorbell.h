// Doorbells: how a task that has channels with shared memory sleeps, and is woken. See struct
// peer_line in wire.h for the protocol, docs/transports.md for why it loses no wake-up.
#ifndef LIBIPC_DOORBELL_H
#define LIBIPC_DOORBELL_H

#include "channel.h"

#define DOORBELL_MAX_CHANNELS 127 // that one call can wait for

/// Makes what was done for the peer known to it: rings the doorbell of the own line, and wakes the
/// peer if it sleeps. After everything that the peer is to see.
void doorbell_ring(struct channel *ch);

/// Takes the wake-ups of a peer off the socket of a channel with shared memory.
void doorbell_hear(struct channel *ch);

/// Whether there is something to read, as far as memory says. (A socket of a peer that rings no
/// doorbell is not looked at; nothing obliges a task to hear such a peer.)
bool doorbell_is_pending(const struct channel *ch);

void doorbell_spin_init(struct doorbell_spin *spin);

/// Waits until the peer's doorbell is not `seen` any more, or until `deadline_ns` (0: for ever):
/// spinning for a while when the peer runs on another core, giving it the core a few times when it
/// runs on this one, then asleep. May return early.
void doorbell_wait(struct channel *ch, uint32_t seen, uint64_t deadline_ns);

/// The halves of that, where what is waited for shows without the doorbell: waits awake until the
/// channel is pending. False: it is not. Then read the doorbell, look, and sleep.
bool doorbell_await_pending(struct channel *ch);
void doorbell_sleep(struct channel *ch, uint32_t seen, uint64_t deadline_ns);

/// The same for all channels at once. Between the two calls the caller says what it has taken:
/// doorbell_sleep_any() reads the doorbells, and sleeps unless something is pending then. May
/// return early.
bool doorbell_await_any(void);
void doorbell_sleep_any(uint64_t deadline_ns);

/// Says that the task sleeps on its descriptors, so that peers with shared memory wake it through
/// the socket. False: one of them has something, or rang meanwhile; look instead of sleeping.
/// Either way the caller says SLEEP_NOT after its wait.
bool doorbell_begin_socket_sleep(void);

/// `ch` is the one that the program heard from last: the open receive spins for it.
void doorbell_note(const struct channel *ch);
void doorbell_forget(const struct channel *ch);

/// Whether the peer runs on another core than the caller, as its page says. Spinning for a peer
/// that waits for this core would only hold it up.
bool doorbell_runs_elsewhere(const struct channel *ch);

#endif
