// The two regions of a channel with shared memory (see wire.h): the mappings, and the counters of
// both sides. shm_send.h puts packets and payloads in, shm_recv.h takes them out. Files of higher
// layers decide what a packet means.
//
// The peer's line and region are hostile input: each value is copied once into our own memory, and
// checked there.
#ifndef LIBIPC_REGION_H
#define LIBIPC_REGION_H

#include "channel.h"
#include "payload.h"

// A packet that was taken and whose payloads are not complete yet.
struct shm_incoming {
    bool active;
    struct packet packet;
    struct payload payloads[MSG_MAX_PAYLOADS];
    unsigned count, next;
    size_t done;
    bool streamed;   // `status` follows the payloads
    uint64_t status; // OK, or the error with which the sender failed to produce them
    error_t error;   // that error, or ERR_NO_MEMORY: the payloads are skipped
};

struct shm {
    struct channel *channel;
    uint8_t *own; // both have the ring mapped twice in a row, so that no copy wraps
    const uint8_t *peers;
    uint32_t ring_size;
    bool valid; // the peer's line is known to be of this channel
    bool hung;  // the socket has ended, or the peer broke the rules there

    uint32_t head;  // packets put
    uint64_t bytes; // as in our line
    void *in_place; // memory of shm_alloc(), at `bytes`; NULL: none
    bool warm;      // our ring has memory
    list_t kept;    // struct shm_outgoing: packets for which the peer made no room yet
    unsigned num_kept;
    list_elem_t keeping; // in region_keeping(), while `kept` is not empty
    uint32_t kept_seen;  // the peer's doorbell when we last tried to send `kept`

    uint32_t peer_took; // packets that the peer had taken when we last read its line
    uint32_t taken, taken_published;
    uint64_t bytes_taken, bytes_published; // as in our line
    uint64_t bytes_rung;                   // bytes_taken when the peer was last told
    struct shm_incoming in;
};

/// The list of struct shm whose `kept` is not empty.
list_t *region_keeping(void);

/// Maps the two regions (`ring_size` in bytes) and sets `ch->shm`. Closes the descriptors in any
/// case. region_detach() undoes it; no packets may be kept then.
error_t region_attach(struct channel *ch, uint32_t ring_size, int own_fd, int peer_fd) __mustuse;
void region_detach(struct channel *ch);

/// The slot of the peer's next packet.
static inline const struct packet *region_next_slot(const struct channel *ch)
{
    const struct shm *s = ch->shm;
    return (const struct packet *)(const void *)s->peers + s->taken % REGION_SLOTS;
}

/// Whether that packet is there.
static inline bool region_has_packet(const struct channel *ch)
{
    const _Atomic uint32_t *word = (const _Atomic uint32_t *)&region_next_slot(ch)->word;
    return (atomic_load_explicit(word, memory_order_acquire) & REGION_MARK) ==
           region_mark(ch->shm->taken);
}

/// Whether shm_recv() has something to do: a packet, bytes of payloads, or the end.
bool region_is_pending(const struct channel *ch);

/// Whether the peer or the channel has ended. Packets from before the end may still be there.
bool region_is_over(const struct channel *ch);

/// Whether the peer's line is that of this channel yet.
bool region_line_is_valid(const struct channel *ch);

/// The bytes of payloads that the peer has put into its ring, as its line claims.
uint64_t region_peer_bytes(const struct channel *ch);

/// Publishes in our line how many packets and bytes were taken.
void region_publish_taken(struct channel *ch);

/// Whether a peer for which packets are kept has rung since shm_pump() last served it.
bool region_pump_is_due(void);

/// Notes whether our ring may have memory to give back. region_num_warm() is the number of rings
/// that may.
void region_set_warm(struct shm *s, bool warm);
unsigned region_num_warm(void);

#endif
