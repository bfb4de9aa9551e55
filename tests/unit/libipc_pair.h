// Two tasks in one process that are joined by a channel with shared memory: both regions, both
// state pages, and libipc's code for them. Doorbells, the clock and malloc() are replaced. So a
// test decides what the peer does while a side waits, and no test sleeps.
#ifndef TESTS_LIBIPC_PAIR_H
#define TESTS_LIBIPC_PAIR_H

#include "channel.h"
#include "run_tests.h"
#include "payload.h"
#include "region.h"
#include "shm_recv.h"
#include "shm_send.h"

#define PAIR_CHAN    7    // number of the channel
#define PAIR_OOL_LEN 3000 // largest payload that a side accepts, in KiB
#define PAIR_RING    REGION_MIN_RING

struct side {
    struct state_page page;
    struct channel ch;
    uint8_t *region; // the region that this side writes; a hostile side writes it directly
    unsigned rings;  // how often this side has rung its doorbell for the peer
};
extern struct side pair_a, pair_b;

extern void (*pair_meanwhile)(void); // called while a side waits; NULL: only time passes
extern bool pair_is_elsewhere;       // the sides run on different cores
extern unsigned pair_mallocs_left;   // calls of malloc() that succeed before one fails

/// Makes the channel, with rings of `ring_size` bytes. The state is that of two new tasks.
void pair_open(uint32_t ring_size);
/// Frees the channel. Fails the test if memory is left that no code would free.
void pair_close(void);

/// A packet without payloads, which carries `number`.
struct packet pair_packet(enum wire_kind kind, unsigned number);
/// A packet of a message with `count` payloads, of which the first may be a string.
struct packet pair_message(unsigned count, bool is_str);

/// The peer line that a side writes for the other.
struct peer_line *pair_line(struct side *side);
/// Writes a packet into the next slot of a side's region, as only a hostile task would.
void pair_forge(struct side *side, struct packet packet, uint64_t begin);

/// Sends a message with its payloads.
error_t pair_send(struct side *side, struct packet packet, const struct payload *payloads,
                  unsigned count, enum shm_mode mode);
/// Takes one packet. ERR_WOULD_BLOCK: there is none.
error_t pair_take(struct side *side, struct packet *packet);
/// The first returns payload `k` of a packet that was taken. The second sets the length of payload
/// `k` of a packet that will be forged.
struct payload pair_payload(const struct packet *packet, unsigned k);
void pair_describe(struct packet *packet, unsigned k, size_t len);
void pair_free(struct packet *packet);

/// Fills memory with bytes that depend on their place and on `seed`. The second compares.
void pair_fill(void *buf, size_t len, unsigned seed);
bool pair_is_filled(const void *buf, size_t len, unsigned seed);

#endif
