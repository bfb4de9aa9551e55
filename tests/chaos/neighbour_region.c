// Neighbours that write into their shared region and line by hand.

#include <idl/chaos.h>
#include "../../libipc/doorbell.h"
#include "../../libipc/region.h"
#include "../../libipc/shm_send.h"
#include "neighbour.h"

#define UNDER_WAY   8          // packets of a sender that keeps to the rules
#define ACTS_A_LIFE 20000      // of scribbling, if the server does not end the channel
#define PATIENT_NS  200000u    // pause between two drained pieces for which the server waits
#define TOO_LONG_NS 200000000u // pause so long that the server keeps the rest

static struct channel *shared_channel(void)
{
    struct channel *ch = meet_pair();
    ASSERT(ch && ch->shm);
    return ch;
}

static uint32_t taken_by_peer(const struct channel *ch)
{
    return region_line_is_valid(ch) ? atomic_load(&ch->peer.line->taken) : 0;
}

static uint64_t drained_by_peer(const struct channel *ch)
{
    return region_line_is_valid(ch) ? atomic_load(&ch->peer.line->bytes_taken) : 0;
}

static uint64_t put_by_peer(const struct channel *ch)
{
    return region_line_is_valid(ch) ? atomic_load(&ch->peer.line->bytes) : 0;
}

// Puts the packet of a message whose `len` bytes are still to come.
static void put_packet(struct channel *ch, enum wire_kind kind, uint32_t seq, int type, size_t len)
{
    struct shm *s = ch->shm;
    struct packet packet = {.type = type, .word = wire_word(kind, seq, 0)};
    struct payload d = {(void *)(uintptr_t)s->bytes, len};
    memcpy(packet.raw, &d, sizeof(d));
    shm_put_packet(s, &packet);
}

// --- Scribbling ---------------------------------------------------------------------------------

enum scribble { RING, SLOTS, COUNTERS, NUM_SCRIBBLES };

static void scribble_words(void *area, size_t size)
{
    uint64_t *words = area;
    for (int i = 0; i < 256; i++)
        words[board_random(&dice) % (size / sizeof(*words))] = board_random(&dice);
}

// Writes packets of any length, and counters of any value. Most counters are wrong by at most a
// ring or a table of slots, so that the server does not notice each of them at once.
static void scribble_counters(struct channel *ch)
{
    struct shm *s = ch->shm;
    struct peer_line *line = ch->peer.own;
    uint64_t any = board_random(&dice);
    if (s->head - taken_by_peer(ch) < UNDER_WAY) {
        s->bytes = drained_by_peer(ch) + (any & 0xff);
        put_packet(ch, WIRE_NOBLOCK, 0, NET_RX_MSG, board_random(&dice) >> (16 + any % 48));
    }
    atomic_store(&line->bytes, s->bytes + (any >> 24 & (any % 64 ? 0x3ffff : 0x7ffffffff)));
    if (any % 32)
        return;
    s->head += (uint32_t)(any >> 8 & 15);
    atomic_store(&line->taken, (uint32_t)(any >> 16 & 15));
    atomic_store(&line->bytes_taken, any >> 40 & 0xfffff);
    atomic_store(&line->wants, (uint32_t)(any >> 60));
}

static void put_message(struct channel *ch, size_t len)
{
    struct shm *s = ch->shm;
    if (s->head - taken_by_peer(ch) >= UNDER_WAY ||
        s->bytes + len - drained_by_peer(ch) > s->ring_size)
        return;
    put_packet(ch, WIRE_NOBLOCK, 0, NET_RX_MSG, len); // the server does not know this type
    s->bytes += len;
    atomic_store(&ch->peer.own->bytes, s->bytes);
}

static void scribble(struct channel *ch, enum scribble where)
{
    struct shm *s = ch->shm;
    if (where == COUNTERS) {
        scribble_counters(ch);
        return;
    }
    put_message(ch, 4096);
    doorbell_ring(ch);
    if (where == RING)
        scribble_words(REGION_RING(s->own), s->ring_size);
    else
        scribble_words(s->own, REGION_SLOTS * sizeof(struct packet));
}

// Changes its region without pause while the server reads it. In each life it changes one kind of
// data: the bytes of payloads, the packets, or the counters.
void scribbler(void)
{
    struct channel *ch = shared_channel();
    enum scribble where = atomic_load(&role->lives) % NUM_SCRIBBLES;
    for (int i = 0; i < ACTS_A_LIFE && !region_is_over(ch); i++) {
        scribble(ch, where);
        doorbell_ring(ch);
        did_it();
    }
}

// --- Trickling ----------------------------------------------------------------------------------

static size_t least(size_t a, size_t b, size_t c)
{
    size_t min = a < b ? a : b;
    return min < c ? min : c;
}

// Puts `len` bytes into the ring, a few at a time.
static void feed(struct channel *ch, size_t len, size_t step)
{
    struct shm *s = ch->shm;
    for (size_t done = 0; done < len && !region_is_over(ch);) {
        size_t room = s->ring_size - (size_t)(s->bytes - drained_by_peer(ch));
        size_t some = least(step, len - done, room);
        if (some == 0)
            continue;
        s->bytes += some;
        done += some;
        atomic_store(&ch->peer.own->bytes, s->bytes);
        doorbell_ring(ch);
        did_it();
    }
}

static void await_answer(struct channel *ch)
{
    struct packet packet;
    while (!region_is_over(ch) && !region_is_pending(ch))
        ;
    memcpy(&packet, region_next_slot(ch), sizeof(packet));
    if (!region_is_over(ch) && packet.type != CHAOS_ECHO_REPLY_MSG)
        WARN("CHECK FAILED: the answer is %s", msgtype2str(packet.type));
}

// Takes an answer of `len` bytes out of the peer's ring, a few at a time, with pauses.
static void drain(struct channel *ch, size_t len, size_t step, uint64_t pause_ns)
{
    struct shm *s = ch->shm;
    await_answer(ch);
    uint64_t next_ns = board_now_ns() + pause_ns;
    for (size_t done = 0; done < len && !region_is_over(ch);) {
        if (pause_ns && board_now_ns() < next_ns)
            continue;
        next_ns = board_now_ns() + pause_ns;
        size_t there = (size_t)(put_by_peer(ch) - s->bytes_taken);
        size_t some = least(step, len - done, there);
        if (some == 0)
            continue;
        s->bytes_taken += some;
        done += some;
        atomic_store(&ch->peer.own->bytes_taken, s->bytes_taken);
        doorbell_ring(ch);
        did_it();
    }
    atomic_store(&ch->peer.own->taken, ++s->taken);
    doorbell_ring(ch);
}

// Breaks no rule. It calls the server with a payload that comes byte by byte, and takes the answer
// byte by byte. Then it asks for an answer that is larger than a ring, and makes room in the
// smallest pieces with which the server goes on. Mostly it does so in time. Sometimes it does so
// late that a server that waited for it would do nothing else.
void trickler(void)
{
    struct channel *ch = shared_channel();
    const size_t few = 1000, many = 4 * ch->shm->ring_size;
    for (uint32_t seq = 1; !region_is_over(ch); seq += 2) {
        put_packet(ch, WIRE_CALL, seq, CHAOS_ECHO_MSG, few);
        feed(ch, few, 1);
        drain(ch, few, 1, 0);
        put_packet(ch, WIRE_CALL, seq + 1, CHAOS_ECHO_MSG, many);
        feed(ch, many, ch->shm->ring_size);
        drain(ch, many, ch->shm->ring_size / 4, seq % 8 == 5 ? TOO_LONG_NS : PATIENT_NS);
    }
    WARN("CHECK FAILED: the channel of one that breaks no rule ended");
}
