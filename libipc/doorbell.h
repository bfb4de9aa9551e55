// Doorbells: how a task that has channels with shared memory sleeps and is woken. struct peer_line
// in wire.h describes the protocol; docs/transports.md says why no wake-up is lost.
#ifndef LIBIPC_DOORBELL_H
#define LIBIPC_DOORBELL_H

#include "channel.h"

#define DOORBELL_MAX_CHANNELS 127 // the most channels that one call can wait for

/// Rings the doorbell for the peer, and wakes the peer if it sleeps. Call this after the stores
/// that the peer must see.
void doorbell_ring(struct channel *ch);

/// Reads doorbell packets from the socket of a channel with shared memory. If the socket has ended,
/// or brings another packet, marks the channel as hung.
void doorbell_hear(struct channel *ch);

/// Whether the channel has something to read, as shared memory says. For a socket channel, that is
/// whether the peer rang since the socket was last found empty. (A peer that sends without ringing
/// may stay unheard. That harms only the peer.)
bool doorbell_is_pending(const struct channel *ch);

/// Sets what a channel has learned of spinning and yielding to its initial values.
void doorbell_spin_init(struct doorbell_spin *spin);

/// Waits until the peer's doorbell differs from `seen`, or until `deadline_ns` of CLOCK_MONOTONIC
/// (0: for ever). First spins for a while if the peer runs on another core, or yields a few times
/// if it runs on this one; then sleeps. May return early.
void doorbell_wait(struct channel *ch, uint32_t seen, uint64_t deadline_ns);

/// The two halves of doorbell_wait(), for a wait until the channel is pending.
/// doorbell_await_pending() spins or yields, and returns false if the channel is not pending then.
/// After that, read the doorbell, check the channel again, and call doorbell_sleep() with what was
/// read.
bool doorbell_await_pending(struct channel *ch);
void doorbell_sleep(struct channel *ch, uint32_t seen, uint64_t deadline_ns);

/// The same for all channels at once. Between the two calls, the caller publishes what it has
/// taken. doorbell_sleep_any() reads the doorbells, and sleeps unless a channel is pending then. It
/// may return early.
bool doorbell_await_any(void);
void doorbell_sleep_any(uint64_t deadline_ns);

/// Publishes that the task sleeps on its descriptors, so that peers with shared memory wake it
/// through the socket. Returns false if one of them has something or rang meanwhile; then the
/// caller must check the channels instead of sleeping. In either case the caller publishes
/// SLEEP_NOT afterwards.
bool doorbell_begin_socket_sleep(void);

/// Notes the channel whose message the program received last: open receives spin or yield for it.
/// doorbell_forget() undoes that before the channel is freed.
void doorbell_note(const struct channel *ch);
void doorbell_forget(const struct channel *ch);

/// Whether the peer runs on another core than the caller, as its page says. Spinning for a peer
/// that waits for this core would only delay it.
bool doorbell_runs_elsewhere(const struct channel *ch);

#endif
