// The two regions of a channel with shared memory (see wire.h): what is mapped, and how far each
// side has come in them. shm_send.h puts packets and payloads in, shm_recv.h takes them out. What a
// packet means is decided above these, as for a socket.
//
// All that is read from the peer's line and region is hostile: it is read once into memory of our
// own, and checked there.
#ifndef LIBIPC_REGION_H
#define LIBIPC_REGION_H

#include "channel.h"
#include "payload.h"

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
    uint32_t kept_seen;  // the peer's doorbell when `kept` was last looked at

    uint32_t peer_took; // packets, when we last looked
    uint32_t taken, taken_published;
    uint64_t bytes_taken, bytes_published; // as in our line
    uint64_t bytes_rung;                   // bytes_taken when the peer was last told
    struct shm_incoming in;
};

/// Channels that keep packets: struct shm.
list_t *region_keeping(void);

/// Maps the two regions and makes the channel one with shared memory. Takes the descriptors.
error_t region_attach(struct channel *ch, uint32_t ring_size, int own_fd, int peer_fd) __mustuse;
void region_detach(struct channel *ch);

/// Where the peer puts its next packet.
static inline const struct packet *region_next_slot(const struct channel *ch)
{
    const struct shm *s = ch->shm;
    return (const struct packet *)(const void *)s->peers + s->taken % REGION_SLOTS;
}

/// Whether it is there.
static inline bool region_has_packet(const struct channel *ch)
{
    const _Atomic uint32_t *word = (const _Atomic uint32_t *)&region_next_slot(ch)->word;
    return (atomic_load_explicit(word, memory_order_acquire) & REGION_MARK) ==
           region_mark(ch->shm->taken);
}

/// Whether shm_recv() would do something.
bool region_is_pending(const struct channel *ch);

/// Whether the peer ended, or ended the channel. What it put before may still be there.
bool region_is_over(const struct channel *ch);

/// Whether the peer's line speaks of this channel yet.
bool region_line_is_valid(const struct channel *ch);

/// How many bytes of payloads the peer has put, as it says.
uint64_t region_peer_bytes(const struct channel *ch);

/// Says in our line how many packets were taken.
void region_publish_taken(struct channel *ch);

/// Whether a peer rang for which packets are kept: it may have made room, so shm_pump() has to
/// look.
bool region_pump_is_due(void);

/// Our ring has memory, or gives it back. The number of rings that have.
void region_set_warm(struct shm *s, bool warm);
unsigned region_num_warm(void);

#endif
