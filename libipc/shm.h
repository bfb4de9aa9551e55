// The shared-memory transport: packets and payloads through the two regions of a channel (see
// wire.h). shm.c has the regions and what comes in, shm_send.c what goes out. What a packet means
// is decided in channel.c and ipc.c, as for a socket.
//
// All that is read from the peer's line and region is hostile: it is read once into memory of our
// own, and checked there.
#ifndef LIBIPC_SHM_H
#define LIBIPC_SHM_H

#include "channel.h"
#include "payload.h"

struct stream;

// A packet that goes out, and its payloads: `next` is the payload being copied into the ring,
// `done` how much of it is there. `put`: the packet itself is in its slot. Behind the payloads of a
// message of which one is a stream, `status` goes as one more.
struct shm_outgoing {
    list_elem_t elem; // in `kept`
    struct packet packet;
    struct payload payloads[MSG_MAX_PAYLOADS + 1];
    struct stream *stream; // makes the first payload; NULL: it is there
    uint64_t status;       // how that went
    unsigned count, next;
    size_t done;
    bool begun; // the packet says where its payloads are
    bool put;
    bool owned;    // the payloads are copies of ours
    bool streamed; // `status` is one of them
};

// The packet that came in and whose payloads are still coming.
struct shm_incoming {
    bool active;
    struct packet packet;
    struct payload payloads[MSG_MAX_PAYLOADS];
    unsigned count, next;
    size_t done;
    bool streamed;   // `status` comes behind them
    uint64_t status; // OK, or why they are not to be used
    error_t error;   // the same, or there is no memory for them: they are skipped
};

struct shm {
    struct channel *channel;
    uint8_t *own; // both mapped with the ring twice in a row, so that no copy is cut
    const uint8_t *peers;
    uint32_t ring_size;
    bool valid; // the peer's line has been of this channel
    bool hung;  // its socket is at its end, or it broke the rules there

    uint32_t head;  // packets put
    uint64_t bytes; // as in our line
    void *in_place; // given out by shm_alloc(), at `bytes`; NULL: nothing
    bool warm;      // our ring has memory
    list_t kept;    // struct shm_outgoing: what the peer has no room for yet
    unsigned num_kept;
    list_elem_t keeping; // in shm_keeping, while `kept` is not empty
    uint32_t seen;       // the peer's bell when `kept` was last looked at

    uint32_t peer_took; // packets, when we last looked
    uint32_t taken, taken_published;
    uint64_t bytes_taken, bytes_published; // as in our line
    uint64_t bytes_rung;                   // bytes_taken when the peer was last told
    struct shm_incoming in;
};

/// Channels that keep packets.
extern list_t shm_keeping;

/// Maps the two regions and makes the channel one with shared memory. Takes the descriptors.
error_t shm_attach(struct channel *ch, uint32_t ring_size, int own_fd, int peer_fd) __mustuse;
void shm_detach(struct channel *ch);

/// Where the peer puts its next packet.
static inline const struct packet *shm_next_slot(const struct channel *ch)
{
    const struct shm *s = ch->shm;
    return (const struct packet *)(const void *)s->peers + s->taken % REGION_SLOTS;
}

/// Whether it is there.
static inline bool shm_has_packet(const struct channel *ch)
{
    const _Atomic uint32_t *word = (const _Atomic uint32_t *)&shm_next_slot(ch)->word;
    return (atomic_load_explicit(word, memory_order_acquire) & REGION_MARK) ==
           region_mark(ch->shm->taken);
}

/// Whether shm_recv() would do something.
bool shm_is_pending(const struct channel *ch);

/// Takes one packet with its payloads, which are then malloc memory of the receiver: descriptors as
/// the program gets them, or for want of memory {NULL, error}. `timeout_ms`, and the errors, as for
/// transport_recv(). A packet whose payloads have not all come is not there yet.
error_t shm_recv(struct channel *ch, struct packet *packet, int timeout_ms) __mustuse;

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

/// Puts a packet into the next slot, which is free. The bell is not rung.
void shm_put_packet(struct shm *s, const struct packet *packet);

/// Memory in the ring for the first payload of the next message that has any. It may be written
/// until that is sent or the channel is read; the end of either sets `in_place` to NULL. NULL:
/// there is no room, or some is given out already.
void *shm_alloc(struct channel *ch, size_t len);

/// Rings of ours that have memory; gives it back where nothing is under way.
extern unsigned shm_num_warm;
void shm_cool(void);

/// Goes on with what is kept for peers that have room again.
void shm_pump(void);

/// Whether shm_pump() would look at something: who waits in an open receive has to ask before it
/// sleeps.
bool shm_pump_is_due(void);

/// Whether the peer ended, or ended the channel. What it put before may still be there.
bool shm_is_over(const struct channel *ch);

/// Whether the peer's line speaks of this channel yet.
bool shm_line_is_valid(const struct channel *ch);

/// Drops what is kept for a peer.
void shm_forget_kept(struct shm *s);

/// Says in our line how many packets were taken.
void shm_publish_taken(struct channel *ch);

/// The same before the task sleeps: who waits for the room hears of it.
void shm_say_taken(struct channel *ch);

/// Wakes a peer that sleeps on its descriptors; takes such wake-ups off our socket.
void shm_wake_by_socket(struct channel *ch);
void shm_hear(struct channel *ch);

#endif
