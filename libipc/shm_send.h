// What goes out through shared memory.
#ifndef LIBIPC_SHM_SEND_H
#define LIBIPC_SHM_SEND_H

#include "channel.h"
#include "payload.h"

struct shm;

enum shm_mode {
    SHM_BLOCK, // waits for room, and until the payloads are in the ring
    SHM_KEEP,  // waits while the peer drains; keeps a copy of what it does not
};

/// Sends a packet and its payloads, of which the caller has checked the sizes.
///
/// ERR_WOULD_BLOCK: no slot is free, or too much is kept (never with SHM_BLOCK). ERR_ABORTED: the
/// peer ended. ERR_NO_MEMORY: the copy cannot be kept. Nothing was sent then.
error_t shm_send(struct channel *ch, const struct packet *packet, const struct payload *payloads,
                 unsigned count, enum shm_mode mode) __mustuse;

/// Puts a packet into the next slot, which is free. The doorbell is not rung.
void shm_put_packet(struct shm *s, const struct packet *packet);

/// Memory in the ring for the first payload of the next message that has any. It may be written
/// until that is sent or the channel is read; the end of either sets `in_place` to NULL. NULL:
/// there is no room, or some is given out already.
void *shm_alloc(struct channel *ch, size_t len);

/// Ends that, if `payload` is what was given out.
bool shm_release(struct channel *ch, const void *payload);

/// Gives the memory of rings back in which nothing is under way.
void shm_cool(void);

/// Goes on with what is kept for peers that have room again.
void shm_pump(void);

/// Drops what is kept for a peer.
void shm_forget_kept(struct shm *s);

#endif
