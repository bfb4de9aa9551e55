// Owns sending: turns messages into packets, and waits for the answers.

#include "send.h"
#include <string.h>
#include <oolong/idl_tables.h>
#include <resea/ipc.h>
#include "channel.h"
#include "control.h"
#include "in_place.h"
#include "link.h"
#include "map.h"
#include "message_type.h"
#include "ool.h"
#include "page.h"
#include "payload.h"
#include "self.h"
#include "stream.h"
#include "take.h"

// How often a payload is placed again. vm revokes its reservation if the task is stopped too long
// between placing the payload and sending the message.
#define MAX_TRIES 16

// Zeroes the bytes that no field of the message covers, which may hold data of the caller's stack.
static void wipe_gaps(struct packet *packet, const struct idl_message *known)
{
    for (const uint8_t *gap = known ? known->gaps : NULL; gap && gap[1]; gap += 2) {
        // For a length that is known to be small, gcc would emit `rep stosq`, which is slow.
        size_t len = gap[1];
        __asm__("" : "+r"(len));
        memset(packet->raw + gap[0], 0, len);
    }
}

// A message that is being sent: its packet, and its payloads if they go through shared memory.
struct sending {
    struct packet packet;
    struct payload payloads[MSG_MAX_PAYLOADS];
    unsigned count;
};

static bool fits(const struct channel *ch, struct message *m)
{
    size_t lens[MSG_MAX_PAYLOADS];
    unsigned count = (unsigned)MSG_NUM_PAYLOADS(m->type);
    for (unsigned k = 0; k < count; k++)
        lens[k] = payload_descriptors(m)[k].len;
    return payload_fits(lens, count, ch->peer.ool_len);
}

// Moves the payload descriptors out of the packet, so that it carries no address of the sender.
static void take_along(struct message *m, struct sending *out)
{
    struct payload *d = payload_descriptors(m);
    out->count = (unsigned)MSG_NUM_PAYLOADS(m->type);
    for (unsigned k = 0; k < out->count; k++) {
        out->payloads[k] = d[k];
        d[k].ptr = NULL;
    }
}

static error_t add_payloads(struct channel *ch, struct sending *out, unsigned flags)
{
    struct message m;
    memcpy(&m, &out->packet, sizeof(m));
    bool streamed = stream_find(m.ool_ptr);
    if (streamed && ch->task == VM_TASK) // which would read the bytes at that address
        return ERR_INVALID_ARG;
    OK_OR_RETURN(payload_measure(&m));
    // vm checks the lengths of what it places. But a stream would be produced before that.
    if ((ch->shm || streamed) && !fits(ch, &m))
        return ERR_TOO_LARGE;
    error_t err = OK;
    if (ch->shm)
        take_along(&m, out);
    else if (ch->task != VM_TASK)
        err = ool_place(ch->task, &m, flags);
    if (IS_ERROR(err))
        return err == ERR_INVALID_TASK ? ERR_ABORTED : err; // it was alive a moment ago
    page_count(&ipc_self.page->bytes_sent, payload_total_len(&m));
    memcpy(&out->packet, &m, sizeof(out->packet));
    return OK;
}

// Makes the packet of a message. `m` is unchanged. Payloads are placed by vm or, with shared
// memory, sent with the packet. In a message to vm they stay where they are, because vm reads them
// there.
static error_t make_packet(struct channel *ch, const struct message *m, struct sending *out,
                           unsigned flags)
{
    const struct idl_message *known;
    struct packet *packet = &out->packet;
    out->count = 0;
    if (channel_refuses(ch, m->type))
        return ERR_NOT_ACCEPTABLE;
    if (!message_type_is_valid(m->type, &known))
        return ERR_INVALID_ARG;
    memcpy(packet, m, sizeof(*packet));
    if (m->type < 0) {
        memset(packet->raw, 0, sizeof(packet->raw));
        page_count(&ipc_self.page->errors_sent, 1);
    } else {
        wipe_gaps(packet, known);
    }
    return payload_any(m) && ipc_self.boot.task != VM_TASK ? add_payloads(ch, out, flags) : OK;
}

static error_t send_out(struct channel *ch, struct sending *out, enum wire_kind kind, uint32_t seq,
                        uint32_t ack, bool block)
{
    return link_send_payloads(ch, &out->packet, out->payloads, out->count, kind, seq, ack, block);
}

// Waits for the answer to packet `seq`. A message that the peer sent before it received the call is
// stashed; one that it sends instead of a reply is the answer. `*refused`: the peer refused the
// message with the error that is returned.
static error_t await_answer(struct channel *ch, uint32_t seq, bool is_call, struct message *m,
                            bool *refused)
{
    for (;;) {
        struct packet packet;
        error_t result;
        int fd = -1;
        switch (link_read(ch, &packet, -1, &fd)) {
        case IN_ANSWER:
            if (wire_ack(packet.word) != seq || (wire_kind(packet.word) == WIRE_ACK && is_call)) {
                drop_answer(ch, &packet, fd);
                break;
            }
            *refused = wire_kind(packet.word) == WIRE_NACK;
            return take_answer(ch, &packet, fd, m);
        case IN_MESSAGE:
            if (!is_call || wire_ack(packet.word) != seq)
                link_stash(ch, &packet);
            else if (take_message(ch, &packet, m, &result))
                return result;
            break;
        case IN_ENDED:
            return ERR_ABORTED;
        default:
            break;
        }
        if (ch->fd < 0)
            return ERR_ABORTED;
    }
}

// Whether the clock is read only after the message was sent, when a peer on another core is at work
// already. A peer that looks before that sees the time of the last wait, and may serve the message
// one turn too early. (With payloads, the time would be wrong for too long.)
static bool is_dated_late(const struct channel *ch, const struct message *m)
{
    return ch->shm && !payload_any(m);
}

static error_t send_once(struct channel *ch, struct message *m, bool is_call, bool *again)
{
    struct sending out;
    OK_OR_RETURN(make_packet(ch, m, &out, 0));
    uint32_t seq = channel_next_seq(ch);
    bool call_open = ch->call.open;
    uint32_t ack = call_open ? ch->call.taken_call : 0;
    bool refused = false;
    ch->vm.wants_fd = is_call && ch->task == VM_TASK && map_is_asked(m->type);
    ch->call.open = false; // if the peer is in a call, this message is its answer
    OK_OR_RETURN(send_out(ch, &out, is_call ? WIRE_CALL : WIRE_SEND, seq, ack, true));
    if (is_dated_late(ch, m))
        wait_since_now();
    page_count_sent();
    error_t err = await_answer(ch, seq, is_call, m, &refused);
    if (refused) {
        ch->call.open = call_open; // the peer still waits for its answer
        *again = err == ERR_TRY_AGAIN;
    }
    return err;
}

// Sends and waits for the acknowledgement (ipc_send) or the answer (ipc_call, into `m`).
static error_t deliver(task_t dst, struct message *m, bool is_call)
{
    struct channel *ch;
    OK_OR_RETURN(control_connect(dst, &ch));
    if (m->type < 0 && is_call)
        return ERR_INVALID_ARG;
    if (is_call)
        OK_OR_RETURN(ool_register());
    if (is_dated_late(ch, m))
        wait_publish(is_call ? WAIT_CALL : WAIT_SEND, dst, m->type);
    else
        wait_begin(is_call ? WAIT_CALL : WAIT_SEND, dst, m->type);
    error_t err;
    bool again;
    int tries = 0;
    do {
        again = false;
        err = send_once(ch, m, is_call, &again);
    } while (again && ++tries < MAX_TRIES);
    wait_end();
    return err;
}

error_t send_and_wait(task_t dst, struct message *m, bool is_call)
{
    const void *first = payload_any(m) ? m->ool_ptr : NULL;
    error_t err = deliver(dst, m, is_call);
    if (first)
        in_place_release(dst, first);
    return err;
}

// Answers call or pull `seq` of the peer. If a payload cannot be placed, the answer is that error.
static error_t send_reply(struct channel *ch, const struct message *m, uint32_t seq)
{
    struct sending out;
    error_t err = make_packet(ch, m, &out, OOL_NOBLOCK | OOL_REPLY);
    error_t sent = IS_OK(err) ? send_out(ch, &out, WIRE_REPLY, 0, seq, false) : OK;
    if (sent == ERR_NO_MEMORY) // for the copy of a payload
        err = sent;
    if (IS_ERROR(err)) {
        struct packet packet = {.type = err};
        sent = link_send(ch, &packet, WIRE_REPLY, 0, seq, false);
    }
    if (IS_OK(sent))
        page_count_sent();
    return IS_ERROR(err) ? err : sent;
}

error_t send_pull_answer(struct channel *ch, const struct message *m)
{
    uint32_t seq = ch->call.taken_pull;
    ch->call.taken_pull = 0;
    return seq ? send_reply(ch, m, seq) : ERR_WOULD_BLOCK;
}

static error_t deliver_noblock(task_t dst, const struct message *m)
{
    struct channel *ch;
    OK_OR_RETURN(control_connect(dst, &ch));
    if (ch->call.open) {
        ch->call.open = false;
        return send_reply(ch, m, ch->call.taken_call);
    }
    if (!channel_peer_is_ready(ch) || ((ch->peer.word_sent ^ channel_peer_seen(ch)) & PEER_NOBLOCK))
        return ERR_WOULD_BLOCK;

    struct sending out;
    OK_OR_RETURN(make_packet(ch, m, &out, OOL_NOBLOCK));
    ch->peer.word_sent ^= PEER_NOBLOCK;
    channel_publish(ch);
    error_t err = send_out(ch, &out, WIRE_NOBLOCK, 0, 0, false);
    if (IS_ERROR(err)) {
        ch->peer.word_sent ^= PEER_NOBLOCK;
        channel_publish(ch);
        return err;
    }
    page_count_sent();
    return OK;
}

bool ipc_noblock_is_taken(task_t dst)
{
    struct channel *ch = channel_find(dst);
    return !ch || !((ch->peer.word_sent ^ channel_peer_seen(ch)) & PEER_NOBLOCK);
}

error_t send_noblock(task_t dst, const struct message *m)
{
    error_t err = deliver_noblock(dst, m);
    if (payload_any(m))
        in_place_release(dst, m->ool_ptr);
    return err;
}
