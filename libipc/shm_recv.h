// What comes in through shared memory.
#ifndef LIBIPC_SHM_RECV_H
#define LIBIPC_SHM_RECV_H

#include "channel.h"

/// Takes one packet with its payloads, which are then malloc memory of the receiver: descriptors as
/// the program gets them, or {NULL, error} without memory. `timeout_ms`, and the errors, as for
/// transport_recv(). A packet whose payloads have not all come is not there yet.
error_t shm_recv(struct channel *ch, struct packet *packet, int timeout_ms) __mustuse;

/// Publishes what was taken, before the task sleeps, and rings if the peer waits for room.
void shm_say_taken(struct channel *ch);

#endif
