// Owns what comes in through shared memory: packets, and the payloads that are copied out.

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

// Copied out in one go, before the sender is told that there is room.
#define TAKE_PIECE (64u << 10)
// The payload that was copied, what it is copied to and the copy that goes back: beyond this they
// do not stay in a third-level cache of 32 MiB, of which others have a part.
#define RING_LARGE ((size_t)8 << 20)
// So many pieces at a time, however small: who puts a byte now and then holds nobody up.
#define MAX_PIECES 64

// --- Packets ------------------------------------------------------------------------------------

// The sender says where in the ring its payloads begin: behind those before, or further on.
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

// The packet brings payloads, which are to be taken before it is given to anybody.
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

// Takes the next packet out of its slot. ERR_WOULD_BLOCK: there is none.
static error_t take_packet(struct channel *ch, struct packet *packet)
{
    struct shm *s = ch->shm;
    struct shm_incoming *in = &s->in;
    if (!region_has_packet(ch))
        return ERR_WOULD_BLOCK;
    s->valid = true; // it said so before
    memcpy(packet, region_next_slot(ch), sizeof(*packet));
    __asm__ volatile("" ::: "memory"); // what is checked from here on is the copy
    packet->word &= ~REGION_MARK;
    s->taken++;
    bool carries = wire_kind(packet->word) <= WIRE_NOBLOCK && packet->type >= 0;
    in->count = carries ? (unsigned)MSG_NUM_PAYLOADS(packet->type) : 0;
    // Who never answers would otherwise never hear that there is room.
    if (s->taken - s->taken_published >= REGION_SLOTS / 2) {
        region_publish_taken(ch);
        doorbell_ring(ch);
    }
    return in->count > 0 ? begin_incoming(s, packet) : OK;
}

// --- Payloads -----------------------------------------------------------------------------------

// Says that there is room, when it is much, or there is no more to come for now, and tells the
// sender if it waits for some. What is not said now is said with the next packet; until then the
// sender sees three quarters of an empty ring at least.
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

// Where the part that is next goes, of a payload with room for a NUL. NULL: it is skipped.
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

// The sender could not make the payloads, and says why.
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

// Copies what has come of the payloads. ERR_WOULD_BLOCK: they are not complete, though more of them
// may be there.
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

// `*packet` may be written before it is there.
static error_t try_recv(struct channel *ch, struct packet *packet)
{
    struct shm *s = ch->shm;
    bool over = region_is_over(ch); // before: what it put before its end is seen below
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
        // Also for room that the peer has made for what is kept, since that was looked for.
        uint32_t seen = channel_doorbell(ch);
        if (!region_is_pending(ch) && !region_pump_is_due())
            doorbell_sleep(ch, seen, deadline_ns);
    }
}
