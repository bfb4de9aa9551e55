// The messages of a seed: makes them, recognises them, and knows the possible outcomes of each.
#include <string.h>
#include "oracle.h"

#define MAX_RECORDS 2048
#define BYTES_LEN   8192
#define MAGIC       0x6f6f6c21

static struct record records[MAX_RECORDS];
static uint32_t num_records;       // record 0 is unused
static uint8_t bytes[BYTES_LEN];   // payloads are pieces of this
static uint8_t letters[BYTES_LEN]; // strings are pieces of this

// The body of each message, behind the descriptors of payloads.
struct tag {
    uint32_t magic;
    uint32_t id;
    uint8_t fill[160];
};
#define TAG_AT 64

void messages_init(void)
{
    num_records = 1;
    if (bytes[1])
        return;
    uint32_t x = 1;
    for (size_t i = 0; i < BYTES_LEN; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(x >> 24);
        letters[i] = (uint8_t)('a' + (x >> 16) % 26);
    }
    bytes[1] = 1;
}

struct record *record_of(uint32_t id)
{
    return id > 0 && id < num_records ? &records[id] : NULL;
}

uint32_t records_end(void)
{
    return num_records;
}

// --- Making -------------------------------------------------------------------------------------

static size_t random_len(void)
{
    switch (sim_below(10)) {
    case 0:
        return sim_below(2);
    case 1:
        return 14 + sim_below(5);
    case 2:
        return sim_below(OOL_LEN + OOL_LEN / 8);
    case 3:
    case 4:
        return sim_below(700);
    default:
        return sim_below(80);
    }
}

static const uint8_t *content(const struct record *r, unsigned k)
{
    const uint8_t *from = MSG_PAYLOAD_IS_STR(r->type, (int)k) ? letters : bytes;
    return from + (r->id * 257 + k * 31) % (BYTES_LEN - 2 * OOL_LEN);
}

static void choose_payloads(struct record *r)
{
    size_t offset = 0;
    r->num = sim_once_in(2) ? 0 : sim_once_in(3) ? 1 + sim_below(MSG_MAX_PAYLOADS) : 1;
    for (unsigned k = 0; k < r->num; k++) {
        bool is_str = sim_once_in(3);
        r->lens[k] = random_len() / (r->num > 1 && !sim_once_in(20) ? 2 : 1);
        if (r->kind == KIND_ASYNC)
            r->lens[k] /= 8;
        if (is_str) {
            r->type |= k == 0 ? MSG_STR : 1 << (17 + k);
            r->lens[k]++; // the NUL
        }
        size_t end = offset + r->lens[k];
        r->too_large |= end > OOL_LEN;
        offset = ALIGN_UP(end + 1, (size_t)16);
    }
    if (r->num > 0)
        r->type |= MSG_OOL | (int)(r->num - 1) << 16;
    r->streamed = r->num > 0 && !(r->type & MSG_STR) && r->kind != KIND_ASYNC && sim_once_in(3);
    r->fails = r->streamed && r->lens[0] > 0 && sim_once_in(6);
    counts.streams += r->streamed;
}

// The state of a stream.
struct making {
    const struct record *record;
    size_t next;
    size_t fails_at;
};

static error_t make_bytes(void *state, void *buf, size_t offset, size_t len)
{
    struct making *making = state;
    const struct record *r = making->record;
    if (offset != making->next || len == 0 || len > r->lens[0] - offset)
        sim_violation("of message %u, %zu bytes at %zu are to be made after %zu", r->id, len,
                      offset, making->next);
    making->next += len;
    size_t good = len;
    if (r->fails)
        good = offset < making->fails_at ? MIN(len, making->fails_at - offset) : 0;
    memcpy(buf, content(r, 0) + offset, good);
    return good < len ? ERR_NO_SPACE : OK;
}

static void *make_stream(struct proc *p, const struct record *r)
{
    struct making *making = p->api->stream(make_bytes, sizeof(*making));
    if (!making)
        sim_violation("there is no memory for a stream");
    *making = (struct making){.record = r};
    if (r->fails)
        making->fails_at = sim_below((uint32_t)r->lens[0]);
    return making;
}

static void *make_payload(struct proc *p, const struct record *r, unsigned k)
{
    if (k == 0 && r->streamed)
        return make_stream(p, r);
    uint8_t *copy = memory_alloc(p->slot, r->lens[k]);
    memcpy(copy, content(r, k), r->lens[k]);
    if (MSG_PAYLOAD_IS_STR(r->type, (int)k))
        copy[r->lens[k] - 1] = '\0';
    return copy;
}

struct record *message_make(struct proc *p, struct message *m, enum kind kind, task_t dst,
                            uint32_t reply_to)
{
    if (num_records == MAX_RECORDS)
        sim_violation("too many messages");
    struct record *r = &records[num_records];
    memset(r, 0, sizeof(*r));
    r->id = num_records++;
    r->kind = kind;
    r->src = p->id;
    r->dst = dst;
    r->was_dead = !proc_is_alive(dst);
    r->reply_to = reply_to;
    r->type = 0x7001 + (int)kind;
    choose_payloads(r);
    if (reply_to)
        record_of(reply_to)->answer = r->id;

    memset(m, 0, sizeof(*m));
    m->type = r->type;
    for (unsigned k = 0; k < r->num; k++) {
        bool is_str = MSG_PAYLOAD_IS_STR(r->type, (int)k);
        struct payload payload = {make_payload(p, r, k), is_str ? 0 : r->lens[k]};
        memcpy(m->raw + k * sizeof(payload), &payload, sizeof(payload));
        counts.payloads++;
        counts.bytes += r->lens[k];
    }
    struct tag tag = {.magic = MAGIC, .id = r->id};
    memset(tag.fill, (int)(r->id * 7 & 0xff), sizeof(tag.fill));
    memcpy(m->raw + TAG_AT, &tag, sizeof(tag));
    return r;
}

static struct payload payload_of(const struct message *m, unsigned k)
{
    struct payload payload;
    memcpy(&payload, m->raw + k * sizeof(payload), sizeof(payload));
    return payload;
}

void message_forget(struct proc *p, struct record *r, struct message *m)
{
    for (unsigned k = 0; k < r->num; k++) {
        if (payload_of(m, k).ptr)
            memory_free(p->slot, payload_of(m, k).ptr);
    }
    r->done = true;
}

void message_unsent(struct proc *p, struct record *r, struct message *m)
{
    struct payload first = payload_of(m, 0);
    if (r->streamed) {
        p->api->cancel(r->dst, first.ptr);
        memset(m->raw, 0, sizeof(first));
    }
    message_forget(p, r, m);
}

// --- Receiving ----------------------------------------------------------------------------------

static void check_payload(struct proc *p, const struct record *r, unsigned k, struct payload got)
{
    size_t len = r->lens[k];
    bool is_str = MSG_PAYLOAD_IS_STR(r->type, (int)k);
    if (got.len != len)
        sim_violation("payload %u of message %u has %zu bytes instead of %zu", k, r->id, got.len,
                      len);
    if (!memory_holds(p->slot, (uintptr_t)got.ptr, len))
        sim_violation("payload %u of message %u is not memory of its receiver", k, r->id);
    if (memcmp(got.ptr, content(r, k), len - is_str) != 0 ||
        (is_str && ((char *)got.ptr)[len - 1] != '\0'))
        sim_violation("payload %u of message %u has other bytes", k, r->id);
    memory_free(p->slot, got.ptr);
}

struct record *message_received(struct proc *p, struct message *m)
{
    struct tag tag;
    memcpy(&tag, m->raw + TAG_AT, sizeof(tag));
    struct record *r = tag.magic == MAGIC ? record_of(tag.id) : NULL;
    if (!r)
        sim_violation("task %d receives what nobody sent (type %#x from %d)", p->id, m->type,
                      m->src);
    if (r->src != m->src || r->dst != p->id || r->type != m->type)
        sim_violation("message %u (%d to %d, type %#x) arrives at %d from %d as type %#x", r->id,
                      r->src, r->dst, r->type, p->id, m->src, m->type);
    for (size_t i = 0; i < sizeof(tag.fill); i++) {
        if (tag.fill[i] != (r->id * 7 & 0xff))
            sim_violation("message %u has other bytes", r->id);
    }
    if (r->delivered++)
        sim_violation("message %u arrives twice", r->id);
    if (r->fails)
        sim_violation("message %u arrives, which could not be made", r->id);
    if (r->done && IS_ERROR(r->result))
        sim_violation("message %u arrives after its sender got %d", r->id, r->result);
    for (unsigned k = 0; k < r->num; k++)
        check_payload(p, r, k, payload_of(m, k));
    TRACE_SIM("has message %u", r->id);
    return r;
}

// --- What a send may return ---------------------------------------------------------------------

// Whether a send may return `err`, given the faults that were injected into tasks and copies.
static bool is_possible(const struct record *r, error_t err)
{
    bool dead = r->was_dead || !proc_is_alive(r->dst);
    bool hurt = r->num > 0 && sim.hurt;
    bool waits = r->kind != KIND_NOBLOCK && r->kind != KIND_REPLY;
    switch (err) {
    case OK: // a sender that does not wait is not told
        return !r->too_large && !(r->fails && waits);
    case ERR_NO_SPACE:
        return r->fails;
    case ERR_INVALID_TASK:
        return dead;
    case ERR_ABORTED:
        return dead || hurt;
    case ERR_INVALID_ARG:
        return r->src == r->dst || hurt;
    case ERR_TOO_LARGE:
        return r->too_large;
    case ERR_WOULD_BLOCK:
        return r->kind == KIND_NOBLOCK || r->kind == KIND_REPLY;
    case ERR_TRY_AGAIN:
        return r->num > 0 && sim.delayed;
    default:
        return false;
    }
}

void message_sent(struct proc *p, struct record *r, error_t err)
{
    r->done = true;
    r->result = err;
    TRACE_SIM("message %u to %d: %d", r->id, r->dst, err);
    if (sim.over)
        return;
    if (!is_possible(r, err))
        sim_violation("the send of message %u (kind %d, %d to %d) returns %d", r->id, r->kind,
                      r->src, r->dst, err);
    if (IS_ERROR(err) && r->delivered && r->kind != KIND_REPLY)
        sim_violation("message %u arrived, and its sender gets %d", r->id, err);
    (void)p;
}

// Whether a call may return `err` because its answer could not arrive unchanged.
static bool is_answer_error(const struct record *call, const struct record *answer, error_t err)
{
    if (answer->type < 0)
        return err == answer->type;
    if (answer->num == 0)
        return false;
    switch (err) {
    case ERR_TOO_LARGE:
        return answer->too_large;
    case ERR_NO_SPACE:
        return answer->fails;
    case ERR_WOULD_BLOCK:
        counts.refused++;
        return true;
    case ERR_INVALID_ARG:
        return sim.hurt;
    case ERR_ABORTED:
        return sim.hurt || !proc_is_alive(call->dst);
    case ERR_NOT_FOUND:
    case ERR_TRY_AGAIN:
        return sim.delayed || !proc_is_alive(call->dst);
    default:
        return false;
    }
}

void call_returned(struct proc *p, struct record *r, error_t err, struct message *m)
{
    r->done = true;
    r->result = err;
    TRACE_SIM("call %u to %d returns %d", r->id, r->dst, err);
    if (IS_OK(err)) {
        struct record *answer = message_received(p, m);
        if (answer->reply_to != r->id)
            sim_violation("call %u returns with message %u, the answer to call %u", r->id,
                          answer->id, answer->reply_to);
        if (!r->delivered)
            sim_violation("call %u is answered and was not taken", r->id);
        return;
    }
    if (sim.over)
        return;
    const struct record *answer = record_of(r->answer);
    if (!r->delivered) {
        if (!is_possible(r, err))
            sim_violation("call %u from %d to %d returns %d", r->id, r->src, r->dst, err);
        return;
    }
    if (answer && is_answer_error(r, answer, err))
        return;
    bool answered = answer && answer->done && !answer->unsure && answer->result == OK;
    if (err != ERR_ABORTED || answered || proc_is_alive(r->dst))
        sim_violation("call %u from %d to %d, which was taken, returns %d", r->id, r->src, r->dst,
                      err);
}

// --- At the end ---------------------------------------------------------------------------------

static void check_record(const struct record *r)
{
    // A noblock message outlives its sender, but payloads that are not fetched yet do not.
    bool excused = !proc_is_alive(r->dst) || (r->num > 0 && !proc_is_alive(r->src));
    if (excused || !r->done || r->result != OK || r->kind == KIND_ASYNC || r->delivered)
        return;
    if (r->kind == KIND_REPLY || r->fails)
        return; // its call was checked when it returned, or is checked at the end
    if (r->kind == KIND_NOBLOCK && r->num > 0 && sim.delayed) {
        counts.excused++;
        return;
    }
    sim_violation("message %u (kind %d, %d to %d) is lost", r->id, r->kind, r->src, r->dst);
}

void messages_check(void)
{
    for (uint32_t id = 1; id < num_records; id++)
        check_record(&records[id]);
}
