// Owns the acceptance of messages: the checks, their payloads, and the acknowledgement.

#include "take.h"
#include <string.h>
#include <unistd.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "doorbell.h"
#include "channel.h"
#include "link.h"
#include "map.h"
#include "message_type.h"
#include "ool.h"
#include "page.h"
#include "payload.h"
#include "self.h"

// The result of shm_recv() for payloads that came with their packet: OK, or why they are missing.
static error_t carried(const struct message *m)
{
    return m->ool_ptr ? OK : (error_t)(intptr_t)m->ool_len;
}

// Checks whether a packet may become a message for the program. Drops it if not.
static error_t check_packet(struct channel *ch, struct packet *packet)
{
    error_t err = channel_refuses(ch, packet->type)            ? ERR_NOT_ACCEPTABLE
                  : !message_type_is_valid(packet->type, NULL) ? ERR_INVALID_ARG
                                                               : OK;
    if (IS_ERROR(err))
        link_drop(ch, packet);
    return err;
}

// Makes a message of a packet, with the payloads in malloc() memory: copies them out of the receive
// buffer, unless they came with the packet. vm has no receive buffers and accepts no payloads. On
// an error, `m` is unchanged.
static error_t admit(struct channel *ch, struct packet *packet, struct message *m)
{
    OK_OR_RETURN(check_packet(ch, packet));
    struct message taken;
    memcpy(&taken, packet, sizeof(taken));
    if (packet->type >= 0 && (packet->type & MSG_OOL)) {
        if (ipc_self.boot.task == VM_TASK)
            return ERR_NOT_ACCEPTABLE;
        OK_OR_RETURN(ch->carries ? carried(&taken) : ool_take(ch->task, &taken));
        page_count(&ipc_self.page->bytes_received, payload_total_len(&taken));
    }
    *m = taken;
    m->src = ch->task;
    return OK;
}

// The same for a request to vm. The payload addresses stay those of the client, because vm reads
// payloads from the memory of its clients.
static error_t admit_request_to_vm(struct channel *ch, struct packet *packet, struct message *m)
{
    OK_OR_RETURN(check_packet(ch, packet));
    memcpy(m, packet, sizeof(*m));
    m->src = ch->task;
    return OK;
}

static void mark_noblock_taken(struct channel *ch)
{
    ch->peer.word_seen =
        (uint16_t)((ch->peer.word_seen & ~PEER_NOBLOCK) | (channel_peer_sent(ch) & PEER_NOBLOCK));
    channel_publish(ch);
}

bool take_message(struct channel *ch, struct packet *packet, struct message *m, error_t *result)
{
    enum wire_kind kind = wire_kind(packet->word);
    uint32_t seq = wire_seq(packet->word);
    error_t err = ERR_INVALID_ARG; // an error can be an answer, but not a call
    if (kind != WIRE_CALL || packet->type >= 0)
        err = ipc_self.boot.task == VM_TASK ? admit_request_to_vm(ch, packet, m)
                                            : admit(ch, packet, m);
    if (kind == WIRE_NOBLOCK)
        mark_noblock_taken(ch);
    if (IS_ERROR(err)) {
        if (kind == WIRE_NOBLOCK)
            WARN("dropped %s from task %d: %s", msgtype2str(packet->type), ch->task, err2str(err));
        else if (ch->fd >= 0)
            link_ack(ch, seq, err);
        return false;
    }

    if (kind == WIRE_CALL && packet->type == ASYNC_MSG) {
        // A pull is not the open call: the peer can have one of each, and both get an answer.
        ch->call.taken_pull = ch->fd >= 0 ? seq : 0;
    } else if (kind == WIRE_CALL) {
        ch->call.taken_call = seq;
        ch->call.open = ch->fd >= 0;
    } else if (kind == WIRE_SEND && ch->fd >= 0) {
        link_ack(ch, seq, OK);
    }
    page_count_received(ch->task, packet->type, false);
    doorbell_note(ch);
    *result = packet->type < 0 ? packet->type : OK;
    return true;
}

// The same for an answer with the descriptor of a segment, which is mapped.
static error_t admit_mapped(struct channel *ch, struct packet *packet, int fd, struct message *m)
{
    struct message reply;
    error_t err = admit(ch, packet, &reply);
    if (IS_ERROR(err)) {
        close(fd);
        return err;
    }
    OK_OR_RETURN(map_reply(&reply, fd));
    *m = reply;
    return OK;
}

error_t take_answer(struct channel *ch, struct packet *packet, int fd, struct message *m)
{
    error_t err = OK;
    switch (wire_kind(packet->word)) {
    case WIRE_ACK:
        break;
    case WIRE_NACK:
        err = packet->type < 0 ? packet->type : ERR_NOT_ACCEPTABLE;
        break;
    default:
        if (packet->type < 0) {
            err = packet->type;
            break;
        }
        err = fd < 0 ? admit(ch, packet, m) : admit_mapped(ch, packet, fd, m);
        if (IS_OK(err))
            page_count_received(ch->task, packet->type, true);
        return err;
    }
    if (fd >= 0)
        close(fd);
    return err;
}

void drop_answer(struct channel *ch, struct packet *packet, int fd)
{
    struct message dropped;
    if (fd >= 0)
        close(fd);
    // The payload of the answer holds a receive buffer until it is copied out.
    if (wire_kind(packet->word) == WIRE_REPLY && packet->type >= 0 && (packet->type & MSG_OOL) &&
        IS_OK(admit(ch, packet, &dropped)))
        ipc_free_payloads(&dropped);
}
