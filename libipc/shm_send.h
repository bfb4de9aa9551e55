// Sending through shared memory.
#ifndef LIBIPC_SHM_SEND_H
#define LIBIPC_SHM_SEND_H

#include "channel.h"
#include "payload.h"

struct shm;

enum shm_mode {
    SHM_BLOCK, // waits until the packet and its payloads are in the region
    SHM_KEEP,  // waits only while the peer drains the ring; then keeps a copy of the rest
};

/// Sends a packet and its `count` payloads, whose lengths the caller has checked. The payloads
/// still belong to the caller.
///
/// ERR_WOULD_BLOCK: no slot is free, or too many packets are kept (never with SHM_BLOCK).
/// ERR_ABORTED: the peer or the channel has ended. ERR_NO_MEMORY: no memory for a copy to keep
/// (never with SHM_BLOCK); nothing was sent. ERR_IN_USE: memory of shm_alloc() waits to be sent.
error_t shm_send(struct channel *ch, const struct packet *packet, const struct payload *payloads,
                 unsigned count, enum shm_mode mode) __mustuse;

/// Puts a packet into the next slot, which must be free. Does not ring the doorbell.
void shm_put_packet(struct shm *s, const struct packet *packet);

/// Allocates `len` bytes in the ring, for the first payload of the next message that has payloads.
/// No other payload can be sent until shm_release(). NULL: the ring has no room for it, or the last
/// memory was not released yet.
void *shm_alloc(struct channel *ch, size_t len);

/// Releases the memory of shm_alloc(), after the send or without one. Returns false if `payload` is
/// not that memory.
bool shm_release(struct channel *ch, const void *payload);

/// Gives the memory of all rings that are empty back to the kernel.
void shm_cool(void);

/// Sends kept packets to those peers that rang since the last call and may have made room. Never
/// blocks.
void shm_pump(void);

/// Drops the packets that are kept for a peer.
void shm_forget_kept(struct shm *s);

#endif
