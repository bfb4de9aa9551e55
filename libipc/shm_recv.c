// Owns receiving through shared memory: takes packets out of slots, and copies payloads out of the
// ring.

#include "shm_recv.h"
#include <stdlib.h>
#include <string.h>
#include "doorbell.h"
#include "channel.h"
#include "clock.h"
#include "copy.h"
#include "payload.h"
#include "region.h"
#include "self.h"
#include "shm_send.h"

// The most bytes that are copied out before the sender is told of the room.
#define TAKE_PIECE (64u << 10)
// From this length on, copies bypass the caches. The ring, the copy and a reply of the same size do
// not fit a third-level cache of 32 MiB, which is shared with others.
#define RING_LARGE ((size_t)8 << 20)
// The most pieces that one call copies. A peer that puts single bytes cannot hold the task up.
#define MAX_PIECES 64

// --- Packets ------------------------------------------------------------------------------------

// Reads where in the ring the payloads begin. The sender may have left bytes out before them.
// Returns false if that is outside of the ring.
static bool begins_in_the_ring(struct shm *s, struct shm_incoming *in)
{
    uint64_t begin;
    memcpy(&begin, in->packet.raw, sizeof(begin));
    in->streamed = begin & REGION_STREAMED;
    begin &= ~REGION_STREAMED;
    if (begin - s->bytes_taken > s->ring_size)
        return false;
    s->bytes_taken = begin;
    return true;
}

void shm_say_taken(struct channel *ch)
{
    bool more = ch->shm->bytes_taken != ch->shm->bytes_published;
    region_publish_taken(ch);
    if (more && ch->peer.own && atomic_load(&ch->peer.line->wants))
        doorbell_ring(ch);
}

static bool lengths_are_allowed(const struct shm_incoming *in)
{
    size_t lens[MSG_MAX_PAYLOADS];
    for (unsigned k = 0; k < in->count; k++)
        lens[k] = in->payloads[k].len;
    return payload_fits(lens, in->count, ipc_self.boot.ool_len);
}

// Begins to receive the payloads of a packet. The packet is handed over when they are complete.
static error_t begin_incoming(struct shm *s, const struct packet *packet)
{
    struct shm_incoming *in = &s->in;
    in->active = true;
    memcpy(&in->packet, packet, sizeof(in->packet));
    in->next = 0;
    in->done = 0;
    in->error = OK;
    memcpy(in->payloads, packet->raw, in->count * sizeof(in->payloads[0]));
    for (unsigned k = 0; k < in->count; k++)
        in->payloads[k].ptr = NULL;
    bool good = lengths_are_allowed(in) && begins_in_the_ring(s, in);
    return good ? OK : ERR_NOT_ACCEPTABLE;
}

// Takes the next packet out of its slot. ERR_WOULD_BLOCK: there is no packet.
static error_t take_packet(struct channel *ch, struct packet *packet)
{
    struct shm *s = ch->shm;
    struct shm_incoming *in = &s->in;
    if (!region_has_packet(ch))
        return ERR_WOULD_BLOCK;
    s->valid = true; // the peer publishes its line before its first packet
    memcpy(packet, region_next_slot(ch), sizeof(*packet));
    __asm__ volatile("" ::: "memory"); // all checks below are of the copy, not of the slot
    packet->word &= ~REGION_MARK;
    s->taken++;
    bool carries = wire_kind(packet->word) <= WIRE_NOBLOCK && packet->type >= 0;
    in->count = carries ? (unsigned)MSG_NUM_PAYLOADS(packet->type) : 0;
    // A task that sends nothing back publishes here, or its peer would find no free slot.
    if (s->taken - s->taken_published >= REGION_SLOTS / 2) {
        region_publish_taken(ch);
        doorbell_ring(ch);
    }
    return in->count > 0 ? begin_incoming(s, packet) : OK;
}

// --- Payloads -----------------------------------------------------------------------------------

// Publishes the room in the ring if it grew by a quarter of the ring, or if the ring is drained.
// Rings if the sender waits for room and half of the ring became free since the last time, or the
// ring is drained. Room that is not published now is published with the next packet; until then
// the sender sees at least three quarters of an empty ring.
static void publish_room(struct channel *ch, bool drained)
{
    struct shm *s = ch->shm;
    bool much = s->bytes_taken - s->bytes_published >= s->ring_size / 4;
    if (!ch->peer.own || (!much && !drained))
        return;
    region_publish_taken(ch);
    if (!atomic_load(&ch->peer.line->wants) ||
        (!drained && s->bytes_taken - s->bytes_rung < s->ring_size / 2))
        return;
    s->bytes_rung = s->bytes_taken;
    doorbell_ring(ch);
}

static unsigned count_parts(const struct shm_incoming *in)
{
    return in->count + in->streamed;
}

static size_t part_len(const struct shm_incoming *in)
{
    return in->next < in->count ? in->payloads[in->next].len : sizeof(in->status);
}

// Where the next part is copied to. Allocates a payload, with room for a NUL. NULL: the part is
// skipped.
static uint8_t *buffer(struct shm_incoming *in)
{
    if (in->next == in->count)
        return (uint8_t *)&in->status;
    struct payload *d = &in->payloads[in->next];
    if (!d->ptr && !in->error) {
        d->ptr = malloc(d->len + 1);
        if (!d->ptr)
            in->error = ERR_NO_MEMORY;
    }
    return in->error ? NULL : d->ptr;
}

// Checks the status behind a stream, which says whether the sender could produce the payloads.
static error_t finish_status(struct shm_incoming *in)
{
    error_t status = (error_t)(int64_t)in->status;
    if ((uint64_t)(int64_t)status != in->status || status > 0 || status < ERR_LAST ||
        status == DONT_REPLY)
        return ERR_NOT_ACCEPTABLE;
    if (!in->error)
        in->error = status;
    return OK;
}

static error_t finish_part(struct shm_incoming *in)
{
    struct payload *d = &in->payloads[in->next];
    bool is_status = in->next == in->count;
    uint8_t *buf = is_status ? NULL : buffer(in);
    if (buf) {
        buf[d->len] = '\0';
        if (MSG_PAYLOAD_IS_STR(in->packet.type, in->next) &&
            (d->len == 0 || buf[d->len - 1] != '\0'))
            d->len++;
    }
    in->next++;
    in->done = 0;
    return is_status ? finish_status(in) : OK;
}

// Copies the bytes of the payloads that are in the ring. ERR_WOULD_BLOCK: the payloads are not
// complete. (The ring may have more bytes even then, after MAX_PIECES pieces.)
static error_t take_payloads(struct channel *ch)
{
    struct shm *s = ch->shm;
    struct shm_incoming *in = &s->in;
    unsigned pieces = 0;
    while (in->next < count_parts(in)) {
        size_t left = part_len(in) - in->done;
        if (left == 0) {
            OK_OR_RETURN(finish_part(in));
            continue;
        }
        uint64_t come = region_peer_bytes(ch) - s->bytes_taken;
        if (come > s->ring_size)
            return ERR_NOT_ACCEPTABLE;
        if (come == 0 || pieces++ == MAX_PIECES) {
            publish_room(ch, true);
            return ERR_WOULD_BLOCK;
        }
        size_t here = MIN((size_t)come, (size_t)TAKE_PIECE);
        size_t n = MIN(left, here);
        uint8_t *buf = buffer(in);
        const uint8_t *from = REGION_RING(s->peers) + s->bytes_taken % s->ring_size;
        if (buf && part_len(in) >= RING_LARGE)
            copy_past_caches(buf + in->done, from, n);
        else if (buf)
            copy_payload(buf + in->done, from, n);
        in->done += n;
        s->bytes_taken += n;
        bool last = n == left && in->next + 1 == count_parts(in);
        publish_room(ch, last && atomic_load(&ch->peer.line->wants));
    }
    return OK;
}

static void hand_over(struct shm_incoming *in, struct packet *packet)
{
    in->active = false;
    memcpy(packet, &in->packet, sizeof(*packet));
    if (in->error) {
        for (unsigned k = 0; k < in->count; k++)
            free(in->payloads[k].ptr);
        in->payloads[0] = (struct payload){NULL, (size_t)(intptr_t)in->error};
    }
    memcpy(packet->raw, in->payloads, in->count * sizeof(in->payloads[0]));
}

// `*packet` may be overwritten even if the result is an error.
static error_t try_recv(struct channel *ch, struct packet *packet)
{
    struct shm *s = ch->shm;
    bool over = region_is_over(ch); // read first, so that packets put before the end are found
    error_t err = s->in.active ? OK : take_packet(ch, packet);
    if (IS_OK(err) && s->in.active) {
        err = take_payloads(ch);
        if (IS_OK(err))
            hand_over(&s->in, packet);
    }
    if (err != ERR_WOULD_BLOCK || !over ||
        (s->in.active && region_peer_bytes(ch) != s->bytes_taken))
        return err;
    return ERR_ABORTED;
}

error_t shm_recv(struct channel *ch, struct packet *packet, int timeout_ms)
{
    uint64_t deadline_ns = clock_deadline_ns(timeout_ms);
    for (;;) {
        error_t err = try_recv(ch, packet);
        if (err != ERR_WOULD_BLOCK || timeout_ms == 0)
            return err;
        if (deadline_ns && clock_now_ns() >= deadline_ns)
            return ERR_WOULD_BLOCK;
        shm_say_taken(ch);
        shm_pump();
        if (doorbell_await_pending(ch))
            continue;
        // shm_pump() has run before; a peer may have made room for kept packets since then.
        uint32_t seen = channel_doorbell(ch);
        if (!region_is_pending(ch) && !region_pump_is_due())
            doorbell_sleep(ch, seen, deadline_ns);
    }
}
