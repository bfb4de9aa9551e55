// Receiving through shared memory.
#ifndef LIBIPC_SHM_RECV_H
#define LIBIPC_SHM_RECV_H

#include "channel.h"

/// Receives one packet with its payloads. The payload descriptors in it then point to malloc()
/// memory, which the caller owns. If the payloads cannot be had, the first descriptor is {NULL,
/// error}. A packet is received only when all of its payloads have come. Waits up to `timeout_ms`
/// milliseconds (-1: for ever, 0: not at all).
///
/// ERR_WOULD_BLOCK: no packet came in that time. ERR_ABORTED: the peer or the channel has ended.
/// ERR_NOT_ACCEPTABLE: the peer broke the rules.
error_t shm_recv(struct channel *ch, struct packet *packet, int timeout_ms) __mustuse;

/// Publishes how much was taken, and rings if the peer waits for room. Call this before a sleep.
void shm_say_taken(struct channel *ch);

#endif
