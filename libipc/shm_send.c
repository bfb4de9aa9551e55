// Owns sending through shared memory: packets, payloads, and the kept copies of replies whose
// callers do not drain them in time.

#include "shm_send.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <resea/printf.h>
#include "doorbell.h"
#include "channel.h"
#include "clock.h"
#include "copy.h"
#include "payload.h"
#include "region.h"
#include "stream.h"

// A peer on another core can copy a payload out while we still put it in. We tell it after each
// PUT_PIECE bytes (MADE_PIECE for a stream, where each piece is a system call, for example). Larger
// pieces let the peer begin later; smaller ones make both sides use the same cache lines at once. A
// peer on the same core is told after a whole ring, because each piece would cost two switches.
#define PUT_PIECE  (8u << 10)
#define MADE_PIECE (128u << 10)
#define WORTH      (32u << 10) // with less room than this, a copy is not worth it
#define CACHE_LINE 64
// Small payloads use the first part of the ring only: SMALL_PART bytes, or room for TURNS of them.
#define SMALL_PART (32u << 10)
#define TURNS      8u
// If the caller makes no room for PATIENCE_NS, the reply is copied and kept. Each quarter of the
// ring (at least PATIENCE_BYTES) that the caller drains extends the wait by the same time.
#define PATIENCE_NS    1000000ull
#define PATIENCE_BYTES (256u << 10)
// At exit, the task waits at most this long for peers to drain kept replies.
#define EXIT_PATIENCE_NS 1000000000ull
// The most packets that are kept for one peer. An honest peer needs no more: the answer to a pull,
// a reply or an acknowledgement, a noblock send, and a doorbell packet.
#define MAX_KEPT 4

// A packet that is being sent, and its payloads. If the first payload is a stream, `status` follows
// as one more payload.
struct shm_outgoing {
    list_elem_t elem; // in `kept`
    struct packet packet;
    struct payload payloads[MSG_MAX_PAYLOADS + 1];
    struct stream *stream; // produces the first payload; NULL: it is in memory
    uint64_t status;       // OK, or the error of the stream
    unsigned count, next;  // the payload being copied into the ring is payloads[next]
    size_t done;           // bytes of it that are in the ring
    bool begun;            // the packet says where its payloads begin
    bool put;              // the packet is in its slot
    bool owned;            // the payloads are copies that are freed with this
    bool streamed;         // `status` is one of the payloads
};

// Free bytes in the ring. A peer that claims to have taken more than was put gets no room. That
// only stops its own channel.
static size_t room(const struct channel *ch)
{
    const struct shm *s = ch->shm;
    uint64_t taken = region_line_is_valid(ch) ? atomic_load(&ch->peer.line->bytes_taken) : 0;
    uint64_t under_way = s->bytes - taken;
    return under_way <= s->ring_size ? s->ring_size - (size_t)under_way : 0;
}

// Room in the ring, or 0 if it is too little to be worth a copy. This keeps a peer that drains one
// byte at a time from making us copy one byte at a time.
static size_t useful_room(const struct channel *ch, const struct shm_outgoing *out)
{
    size_t rest = 0;
    for (unsigned k = out->next; k < out->count; k++)
        rest += out->payloads[k].len;
    rest -= out->done;
    size_t worth = MIN((size_t)WORTH, (size_t)ch->shm->ring_size / 4);
    size_t there = room(ch);
    return there >= MIN(rest, worth) ? MIN(rest, there) : 0;
}

// Whether a slot is free. Reads the peer's line only if our last reading of it leaves none free.
static bool has_slot(const struct channel *ch)
{
    struct shm *s = ch->shm;
    if (s->head - s->peer_took >= REGION_SLOTS && region_line_is_valid(ch))
        s->peer_took = atomic_load_explicit(&ch->peer.line->taken, memory_order_acquire);
    return s->head - s->peer_took < REGION_SLOTS;
}

static bool is_done(const struct shm_outgoing *out)
{
    return out->put && out->next == out->count;
}

// Bytes that the peer has just copied out are in its cache, and slow to write again. Payloads
// therefore take turns in the ring. Small ones use the start of it only, so that the rest needs no
// memory: when the ring is empty, they begin at its start again.
static void skip_to_start(struct channel *ch, size_t total)
{
    struct shm *s = ch->shm;
    uint64_t at = s->bytes & (s->ring_size - 1);
    uint64_t skip = -s->bytes & (s->ring_size - 1);
    uint64_t part = MAX((uint64_t)SMALL_PART, TURNS * (uint64_t)total);
    if (at + total > part && room(ch) == s->ring_size && total + skip <= s->ring_size)
        s->bytes += skip;
}

// Chooses where in the ring the payloads begin, and writes that into the packet, in the place of
// the first payload's address.
static void begin_payloads(struct channel *ch, struct shm_outgoing *out)
{
    struct shm *s = ch->shm;
    size_t total = 0;
    for (unsigned k = 0; k < out->count; k++)
        total += out->payloads[k].len;
    if (!s->in_place) // for a payload in place, shm_alloc() has chosen
        skip_to_start(ch, total);
    uint64_t begin = s->bytes | (out->streamed ? REGION_STREAMED : 0);
    memcpy(out->packet.raw, &begin, sizeof(begin));
    out->begun = true;
}

static void skip_complete(struct shm_outgoing *out)
{
    while (out->next < out->count && out->payloads[out->next].len == out->done) {
        out->next++;
        out->done = 0;
    }
}

// Has the program write `len` bytes of the first payload, from offset `at`, to `to`. After an error
// it is not asked again: the peer gets what the ring had there before, and discards the payload
// because of `status`.
static void make_bytes(struct shm_outgoing *out, uint8_t *to, size_t at, size_t len)
{
    if (!out->status)
        out->status = (uint64_t)(int64_t)stream_fill(out->stream, to, at, len);
}

// Copies the next `len` bytes of the payloads into the ring. There must be as many, and room.
static void copy_bytes(struct shm *s, struct shm_outgoing *out, size_t len)
{
    if (len > 0)
        region_set_warm(s, true);
    while (len > 0) {
        skip_complete(out);
        const struct payload *d = &out->payloads[out->next];
        size_t n = MIN(d->len - out->done, len);
        uint8_t *to = REGION_RING(s->own) + s->bytes % s->ring_size;
        const uint8_t *from = (const uint8_t *)d->ptr + out->done;
        if (out->stream && out->next == 0)
            make_bytes(out, to, out->done, n);
        else if (to != from && from) // a payload in place is there; an empty one may be NULL
            copy_payload(to, from, n);
        s->bytes += n;
        out->done += n;
        len -= n;
    }
    skip_complete(out);
}

// Two words that gcc keeps in one register. (memcmp() would be a call, three times a message.)
typedef uint64_t words __attribute__((vector_size(16)));

static words load(const uint8_t *at)
{
    words w;
    memcpy(&w, at, sizeof(w));
    return w;
}

static bool is_same_line(const uint8_t *a, const uint8_t *b)
{
    words differ = (load(a) ^ load(b)) | (load(a + 16) ^ load(b + 16)) |
                   (load(a + 32) ^ load(b + 32)) | (load(a + 48) ^ load(b + 48));
    return (differ[0] | differ[1]) == 0;
}

// The first cache line is written last, because the peer may be spinning on it. Its word says that
// the packet is there.
void shm_put_packet(struct shm *s, const struct packet *packet)
{
    struct packet *slot = (struct packet *)(void *)s->own + s->head % REGION_SLOTS;
    uint8_t *to = (uint8_t *)slot;
    const uint8_t *from = (const uint8_t *)packet;
    // Lines that equal those of the slot's last packet are not written, so they stay in the peer's
    // cache.
    for (unsigned at = CACHE_LINE; at < sizeof(*packet); at += CACHE_LINE) {
        if (!is_same_line(to + at, from + at))
            memcpy(to + at, from + at, CACHE_LINE);
    }
    slot->type = packet->type;
    memcpy(slot->raw, packet->raw, CACHE_LINE - offsetof(struct packet, raw));
    atomic_store_explicit((_Atomic uint32_t *)&slot->word, packet->word | region_mark(s->head),
                          memory_order_release);
    s->head++;
}

// Publishes how much was taken and put, then puts the packet (NULL: none), and rings.
static void publish(struct channel *ch, const struct packet *packet)
{
    struct shm *s = ch->shm;
    struct peer_line *own = ch->peer.own;
    if (!own)
        return;
    region_publish_taken(ch);
    atomic_store_explicit(&own->bytes, s->bytes, memory_order_release);
    if (packet)
        shm_put_packet(s, packet);
    doorbell_ring(ch);
}

// Sends as much of `out` as there is room for.
static void progress(struct channel *ch, struct shm_outgoing *out)
{
    struct shm *s = ch->shm;
    if (out->count > 0 && !out->begun)
        begin_payloads(ch, out);
    size_t piece = out->count == 0 || !doorbell_runs_elsewhere(ch) ? s->ring_size
                   : out->stream                                   ? MADE_PIECE
                                                                   : PUT_PIECE;
    for (;;) {
        size_t here = useful_room(ch, out);
        size_t copied = MIN(here, piece);
        copy_bytes(s, out, copied);
        bool puts = !out->put && has_slot(ch);
        if (copied == 0 && !puts)
            return;
        publish(ch, puts ? &out->packet : NULL);
        out->put = out->put || puts;
        if (is_done(out))
            return;
    }
}

static bool can_progress(const struct channel *ch, const struct shm_outgoing *out)
{
    return useful_room(ch, out) > 0 || (!out->put && has_slot(ch)) || region_is_over(ch);
}

// Waits until more of `out` can be sent. Returns false if it cannot by `deadline_ns` (0: for ever).
static bool wait_for_room(struct channel *ch, const struct shm_outgoing *out, uint64_t deadline_ns)
{
    bool can;
    atomic_store(&ch->peer.own->wants, 1);
    for (;;) {
        uint32_t seen = channel_doorbell(ch);
        can = can_progress(ch, out);
        if (can || (deadline_ns && clock_now_ns() >= deadline_ns))
            break;
        shm_pump();
        doorbell_wait(ch, seen, deadline_ns);
    }
    if (list_is_empty(&ch->shm->kept))
        atomic_store(&ch->peer.own->wants, 0);
    return can;
}

// --- Kept packets -------------------------------------------------------------------------------

static void free_outgoing(struct shm_outgoing *out)
{
    for (unsigned k = 0; out->owned && k < out->count; k++)
        free(out->payloads[k].ptr);
    free(out);
}

void shm_forget_kept(struct shm *s)
{
    struct shm_outgoing *out;
    while ((out = LIST_POP_FRONT(&s->kept, struct shm_outgoing, elem)))
        free_outgoing(out);
    s->num_kept = 0;
    list_remove(&s->keeping);
}

// Sends kept packets when the program ends, because callers still wait for them.
static void flush_at_exit(void)
{
    uint64_t deadline_ns = clock_now_ns() + EXIT_PATIENCE_NS;
    shm_pump();
    while (!list_is_empty(region_keeping()) && clock_now_ns() < deadline_ns) {
        struct shm *s = LIST_CONTAINER(region_keeping()->next, struct shm, keeping);
        doorbell_wait(s->channel, s->kept_seen, deadline_ns);
        shm_pump();
    }
}

// Allocates a copy of `from`, with memory for the payloads that are left. keep() fills it. NULL:
// there is no memory.
static struct shm_outgoing *copy_outgoing(const struct shm_outgoing *from)
{
    struct shm_outgoing *out = malloc(sizeof(*out));
    if (!out)
        return NULL;
    *out = *from;
    out->owned = true;
    list_nullify(&out->elem);
    for (unsigned k = 0; k < out->count; k++)
        out->payloads[k].ptr = NULL;
    for (unsigned k = out->next; k < out->count; k++) {
        out->payloads[k].ptr = malloc(out->payloads[k].len + 1);
        if (!out->payloads[k].ptr) {
            free_outgoing(out);
            return NULL;
        }
    }
    return out;
}

// Keeps what is left of `out` in `copy`, which was allocated before anything was sent, so that
// keeping it cannot fail.
static void keep(struct channel *ch, struct shm_outgoing *out, struct shm_outgoing *copy)
{
    struct shm *s = ch->shm;
    for (unsigned k = out->next; k < out->count; k++) {
        size_t from = k == out->next ? out->done : 0;
        uint8_t *to = (uint8_t *)copy->payloads[k].ptr + from;
        size_t len = out->payloads[k].len - from;
        if (out->stream && k == 0) {
            make_bytes(out, to, from, len);
            if (out->status)
                memset(to, 0, len);
        } else {
            copy_payload(to, (uint8_t *)out->payloads[k].ptr + from, len);
        }
    }
    copy->stream = NULL;
    copy->next = out->next;
    copy->done = out->done;
    copy->put = out->put;
    static bool registered = false;
    if (!registered)
        registered = atexit(flush_at_exit) == 0;
    if (list_is_empty(&s->kept))
        list_push_back(region_keeping(), &s->keeping);
    list_push_back(&s->kept, &copy->elem);
    s->num_kept++;
    atomic_store(&ch->peer.own->wants, 1);
    s->kept_seen = channel_doorbell(ch) - 1; // the next shm_pump() must not skip this peer
}

// Sends kept packets of one peer as far as there is room.
static void pump(struct shm *s)
{
    struct channel *ch = s->channel;
    s->kept_seen = channel_doorbell(ch);
    while (!list_is_empty(&s->kept)) {
        struct shm_outgoing *out = LIST_CONTAINER(s->kept.next, struct shm_outgoing, elem);
        progress(ch, out);
        if (!is_done(out))
            break;
        list_remove(&out->elem);
        s->num_kept--;
        free_outgoing(out);
    }
    if (region_is_over(ch))
        shm_forget_kept(s);
    if (list_is_empty(&s->kept)) {
        list_remove(&s->keeping);
        atomic_store(&ch->peer.own->wants, 0);
    }
}

void shm_pump(void)
{
    LIST_FOR_EACH (s, region_keeping(), struct shm, keeping) {
        if (channel_doorbell(s->channel) != s->kept_seen)
            pump(s);
    }
}

// --- Sending ------------------------------------------------------------------------------------

static error_t send_blocking(struct channel *ch, struct shm_outgoing *out)
{
    for (;;) {
        shm_pump();
        if (list_is_empty(&ch->shm->kept))
            progress(ch, out);
        if (is_done(out))
            return OK;
        if (region_is_over(ch))
            return ERR_ABORTED;
        if (list_is_empty(&ch->shm->kept))
            wait_for_room(ch, out, 0);
        else
            doorbell_wait(ch, ch->shm->kept_seen, 0);
    }
}

// Until when we wait for the peer, which has drained `s->bytes` - `first_byte` bytes or will soon.
static uint64_t patience(const struct shm *s, uint64_t begun_ns, uint64_t first_byte)
{
    uint64_t step = MAX(s->ring_size / 4, PATIENCE_BYTES);
    return begun_ns + PATIENCE_NS * (1 + (s->bytes - first_byte) / step);
}

static error_t send_or_keep(struct channel *ch, struct shm_outgoing *out)
{
    size_t total = 0;
    for (unsigned k = 0; k < out->count; k++)
        total += out->payloads[k].len;
    bool behind = !list_is_empty(&ch->shm->kept);
    if (behind && ch->shm->num_kept == MAX_KEPT)
        return ERR_WOULD_BLOCK;
    if (!behind && total <= room(ch)) {
        if (!has_slot(ch))
            return ERR_WOULD_BLOCK;
        progress(ch, out);
        return OK;
    }
    struct shm_outgoing *copy = copy_outgoing(out);
    if (!copy)
        return ERR_NO_MEMORY;
    uint64_t begun_ns = clock_now_ns(), first_byte = ch->shm->bytes;
    while (!behind) {
        uint64_t here_ns = out->stream ? clock_now_ns() : 0;
        progress(ch, out);
        if (out->stream) // the time that the stream takes does not count
            begun_ns += clock_now_ns() - here_ns;
        if (is_done(out) || region_is_over(ch)) {
            free_outgoing(copy);
            return is_done(out) ? OK : ERR_ABORTED;
        }
        if (!wait_for_room(ch, out, patience(ch->shm, begun_ns, first_byte)))
            break;
    }
    keep(ch, out, copy);
    return OK;
}

void shm_cool(void)
{
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        struct shm *s = ch->shm;
        if (!s || !s->warm)
            continue;
        region_set_warm(s, false); // even if it keeps its memory, so that we do not try again soon
        if (!s->in_place && room(ch) == s->ring_size && list_is_empty(&s->kept))
            madvise(REGION_RING(s->own), s->ring_size, MADV_REMOVE);
    }
}

void *shm_alloc(struct channel *ch, size_t len)
{
    struct shm *s = ch->shm;
    if (!ch->peer.own || s->in_place || len > s->ring_size || !list_is_empty(&s->kept))
        return NULL;
    skip_to_start(ch, len);
    if (room(ch) < len)
        return NULL;
    region_set_warm(s, true);
    s->in_place = REGION_RING(s->own) + s->bytes % s->ring_size;
    return s->in_place;
}

bool shm_release(struct channel *ch, const void *payload)
{
    struct shm *s = ch->shm;
    if (s->in_place != payload)
        return false;
    s->in_place = NULL;
    return true;
}

error_t shm_send(struct channel *ch, const struct packet *packet, const struct payload *payloads,
                 unsigned count, enum shm_mode mode)
{
    struct shm_outgoing out;
    struct shm *s = ch->shm;
    if (!ch->peer.own || region_is_over(ch))
        return ERR_ABORTED;
    if (count > 0 && s->in_place && s->in_place != payloads[0].ptr)
        return ERR_IN_USE; // the payload in place would be overwritten
    // The usual case: no payloads, and a slot is free.
    if (count == 0 && list_is_empty(&s->kept) && has_slot(ch)) {
        publish(ch, packet);
        return OK;
    }
    memcpy(&out.packet, packet, sizeof(out.packet));
    list_nullify(&out.elem);
    out.count = count;
    out.next = 0;
    out.done = 0;
    out.begun = out.put = out.owned = out.streamed = false;
    out.status = 0;
    if (count > 0)
        memcpy(out.payloads, payloads, count * sizeof(out.payloads[0]));
    out.stream = count > 0 ? stream_find(payloads[0].ptr) : NULL;
    if (out.stream) {
        out.streamed = true;
        out.payloads[out.count++] = (struct payload){&out.status, sizeof(out.status)};
    }
    return mode == SHM_BLOCK ? send_blocking(ch, &out) : send_or_keep(ch, &out);
}
