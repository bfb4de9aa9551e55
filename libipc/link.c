// Owns sending and reading packets through either transport, and opening and ending channels.

#include "link.h"
#include <stdlib.h>
#include <unistd.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "doorbell.h"
#include "channel.h"
#include "clock.h"
#include "futex.h"
#include "inbox.h"
#include "payload.h"
#include "region.h"
#include "self.h"
#include "shm_recv.h"
#include "shm_send.h"
#include "transport.h"

static void (*handle_control)(struct packet *packet, int *fds, int num_fds);
static bool (*keep_pull_answer)(struct channel *ch, struct packet *packet);

void link_on_control(void (*handle)(struct packet *packet, int *fds, int num_fds))
{
    handle_control = handle;
}

void link_on_pull_answer(bool (*keep)(struct channel *ch, struct packet *packet))
{
    keep_pull_answer = keep;
}

// --- Opening and ending -------------------------------------------------------------------------

// Unmaps the regions. Packets that are kept for the peer are dropped, since the ring goes too.
static void detach(struct channel *ch)
{
    if (!ch->shm)
        return;
    shm_forget_kept(ch->shm);
    region_detach(ch);
}

static void free_channel(struct channel *ch)
{
    struct packet packet;
    while (inbox_pop(ch, &packet))
        link_drop(ch, &packet);
    detach(ch);
    doorbell_forget(ch);
    channel_free(ch);
}

// Handles the channel whose slot another task got. Packets that it left unread can still be
// received: the channel stays, outside of the table, until they have been.
static void displace(struct channel *old)
{
    if (old->shm)
        shm_forget_kept(old->shm); // its peer line belongs to the new channel
    link_collect(old);
}

// Puts a channel into the table. On success the channel owns `fd`.
static error_t enter(struct channel *ch, int fd)
{
    if (IS_ERROR(transport_watch(fd, ch, false)))
        return ERR_NO_MEMORY;
    struct channel *old = channel_enter(ch, fd);
    if (old)
        displace(old);
    return OK;
}

static struct channel *make(task_t task, uint32_t chan, int page_fd)
{
    struct channel *ch = channel_make(task, chan, page_fd);
    if (ch)
        doorbell_spin_init(&ch->doorbell.spin);
    return ch;
}

// Tells the peer of a channel that we could not set up that the channel has ended. The peer's page
// says whether the peer sleeps, but mapping that page may be what failed, so we always wake the
// peer. (Closing the socket wakes a peer that sleeps on its sockets.)
static error_t refuse(struct channel *ch, task_t task, uint32_t chan, int fd)
{
    close(fd); // first, as in link_end()
    if (task >= 0 && TASK_SLOT(task) < CONFIG_NUM_TASKS) {
        struct peer_line *line = &ipc_self.page->peers[TASK_SLOT(task)];
        atomic_store(&line->closed, chan);
        atomic_fetch_add(&line->doorbell, 1);
        futex_wake(&line->doorbell);
    }
    if (ch)
        free_channel(ch);
    return ERR_NO_MEMORY;
}

error_t link_add(task_t task, uint32_t chan, int fd, int page_fd)
{
    struct channel *ch = make(task, chan, page_fd);
    return ch && IS_OK(enter(ch, fd)) ? OK : refuse(ch, task, chan, fd);
}

error_t link_add_shm(const struct control_grant *grant, const int fds[GRANT_NUM_FDS_OF_SHM])
{
    struct channel *ch = make(grant->task, grant->chan, fds[GRANT_FD_PAGE]);
    error_t err = ERR_NO_MEMORY;
    if (ch) {
        err = region_attach(ch, grant->ring_size, fds[GRANT_FD_OWN_REGION],
                            fds[GRANT_FD_PEERS_REGION]);
    } else {
        close(fds[GRANT_FD_OWN_REGION]);
        close(fds[GRANT_FD_PEERS_REGION]);
    }
    if (IS_OK(err) && IS_OK(enter(ch, fds[GRANT_FD_SOCKET])))
        return OK;
    return refuse(ch, grant->task, grant->chan, fds[GRANT_FD_SOCKET]);
}

void link_end(struct channel *ch, const char *why)
{
    if (ch->fd < 0)
        return;
    // A task cannot go on without vm or the launcher.
    if (ch->task == VM_TASK || ch->task == KERNEL_TASK)
        _exit(EXIT_FAILURE);
    if (why)
        WARN("ended the channel to task %d: %s", ch->task, why);
    inbox_pend(channel_collect_notifications(ch)); // the last ones, before the page is unmapped
    if (ch->peer.own)
        atomic_store(&ch->peer.own->closed, ch->chan);
    channel_leave(ch);
    detach(ch);
    transport_unwatch(ch->fd);
    transport_close(ch->fd);
    ch->fd = -1;
    // After the close, because a peer that waits for a socket channel's doorbell then reads the
    // socket, and must find its end.
    doorbell_ring(ch);
    ch->peer.own = NULL;
    ch->peer.line = NULL;
    doorbell_forget(ch);
    channel_unmap(ch);
    ch->call.open = false;
    ch->pull.seq = ch->call.taken_pull = 0;
}

void link_collect(struct channel *ch)
{
    if (ch->fd < 0 && !ch->turn.listed && list_is_empty(&ch->turn.stash) &&
        channel_find_any(ch->task) != ch)
        free_channel(ch);
}

// --- Reading ------------------------------------------------------------------------------------

void link_stash(struct channel *ch, const struct packet *packet)
{
    if (inbox_push(ch, packet))
        return;
    struct packet dropped = *packet;
    link_drop(ch, &dropped);
    link_end(ch, "it has too many messages under way");
}

void link_drop(struct channel *ch, struct packet *packet)
{
    if (!ch->carries || wire_kind(packet->word) > WIRE_NOBLOCK || packet->type < 0)
        return;
    struct payload *d = (struct payload *)(void *)packet->raw;
    int count = MSG_NUM_PAYLOADS(packet->type);
    if (count > 0 && !d[0].ptr) // shm_recv() had no memory for the payloads
        return;
    for (int k = 0; k < count; k++) {
        free(d[k].ptr);
        d[k].ptr = NULL;
    }
}

// The answer to an async pull is kept for async_recv(), which may have stopped waiting. Any other
// answer goes to the caller, which compares its number with the one that it waits for.
static enum incoming on_answer(struct channel *ch, struct packet *packet)
{
    bool is_of_pull = wire_kind(packet->word) != WIRE_ACK && ch->pull.seq &&
                      wire_ack(packet->word) == ch->pull.seq;
    return is_of_pull && keep_pull_answer(ch, packet) ? IN_HANDLED : IN_ANSWER;
}

// How many descriptors may come with a packet. vm is trusted to send only the one that was asked
// for. For other tasks, either the kernel lets no descriptor into the channel (BOOT_NO_FDS), or a
// descriptor ends the channel.
static int max_descriptors(const struct channel *ch)
{
    if (ch->task == KERNEL_TASK)
        return PACKET_MAX_FDS;
    if (ch->task == VM_TASK)
        return ch->vm.wants_fd ? 1 : TRANSPORT_NO_FDS;
    return ipc_self.boot.flags & BOOT_NO_FDS ? TRANSPORT_NO_FDS : 0;
}

// Reads a packet from the socket. The kernel waits in the read itself if the wait has no end and no
// packets are kept. Otherwise we wait for the peer's doorbell, which can have a deadline, and send
// kept packets when their peers make room.
static error_t read_socket(struct channel *ch, struct packet *packet, int timeout_ms, int *fds,
                           int *num_fds)
{
    uint64_t deadline_ns = clock_deadline_ns(timeout_ms);
    for (;;) {
        uint32_t doorbell = channel_doorbell(ch);
        bool keeps = !list_is_empty(region_keeping());
        if (keeps)
            shm_pump();
        error_t err = transport_recv(ch->fd, packet, timeout_ms < 0 && !keeps, fds,
                                     max_descriptors(ch), num_fds);
        if (err != ERR_WOULD_BLOCK)
            return err;
        if (timeout_ms == 0 || (deadline_ns && clock_now_ns() >= deadline_ns)) {
            ch->doorbell.seen = doorbell;
            return err;
        }
        doorbell_wait(ch, doorbell, deadline_ns);
    }
}

// Handles a doorbell packet. The notification bits themselves are in the peer's page.
static void on_doorbell(struct channel *ch)
{
    // Publish that the doorbell packet was consumed, then read the bits. The sender sets the bits,
    // then checks whether its doorbell packet was consumed. So either we see the bits, or the
    // sender sends another packet. The bits are kept for the next open receive, which would not
    // look at this channel otherwise.
    ch->peer.word_seen =
        (uint16_t)((ch->peer.word_seen & ~PEER_DOORBELL) | (channel_peer_sent(ch) & PEER_DOORBELL));
    channel_publish(ch);
    inbox_pend(channel_collect_notifications(ch));
}

enum incoming link_read(struct channel *ch, struct packet *packet, int timeout_ms, int *fd)
{
    int fds[PACKET_MAX_FDS];
    int num_fds = 0;
    error_t err = ch->shm ? shm_recv(ch, packet, timeout_ms)
                          : read_socket(ch, packet, timeout_ms, fds, &num_fds);
    if (err == ERR_WOULD_BLOCK)
        return IN_NOTHING;
    if (IS_ERROR(err)) {
        link_end(ch, err == ERR_ABORTED ? NULL : "it sent a packet that breaks the rules");
        return IN_ENDED;
    }

    enum wire_kind kind = wire_kind(packet->word);
    if (ch->task == KERNEL_TASK) {
        if (kind == WIRE_CONTROL) {
            handle_control(packet, fds, num_fds);
            return IN_HANDLED;
        }
        return IN_MESSAGE_OF_LAUNCHER;
    }
    if (fd)
        *fd = num_fds > 0 ? fds[0] : -1;
    else if (num_fds > 0)
        close(fds[0]);

    switch (kind) {
    case WIRE_SEND:
    case WIRE_CALL:
    case WIRE_NOBLOCK:
        return IN_MESSAGE;
    case WIRE_REPLY:
    case WIRE_ACK:
    case WIRE_NACK:
        return on_answer(ch, packet);
    case WIRE_DOORBELL:
        on_doorbell(ch);
        return IN_HANDLED;
    default:
        link_drop(ch, packet);
        link_end(ch, "it sent a packet of no known kind");
        return IN_ENDED;
    }
}

// --- Sending ------------------------------------------------------------------------------------

error_t link_send_payloads(struct channel *ch, struct packet *packet,
                           const struct payload *payloads, unsigned count, enum wire_kind kind,
                           uint32_t seq, uint32_t ack, bool block)
{
    packet->word = wire_word(kind, seq, ack);
    if (ch->shm)
        return shm_send(ch, packet, payloads, count, block ? SHM_BLOCK : SHM_KEEP);
    error_t err = transport_send(ch->fd, packet, block, -1);
    doorbell_ring(ch);
    return err;
}

error_t link_send(struct channel *ch, struct packet *packet, enum wire_kind kind, uint32_t seq,
                  uint32_t ack, bool block)
{
    return link_send_payloads(ch, packet, NULL, 0, kind, seq, ack, block);
}

void link_ack(struct channel *ch, uint32_t seq, error_t error)
{
    struct packet packet = {.type = error};
    // The channel is full only if the peer does not read. Such a peer loses its answer.
    error_t err = link_send(ch, &packet, IS_ERROR(error) ? WIRE_NACK : WIRE_ACK, 0, seq, false);
    if (err == ERR_WOULD_BLOCK)
        WARN("task %d does not read its answers", ch->task);
}

error_t link_notify(struct channel *ch, notifications_t bits)
{
    // Set the bits that are not pending, then check whether a doorbell packet is under way. For the
    // receiver's side, see on_doorbell().
    uint16_t pending = (uint16_t)(ch->peer.word_sent ^ channel_peer_seen(ch));
    ch->peer.word_sent ^= (uint16_t)(bits & ~pending);
    channel_publish(ch);
    if ((ch->peer.word_sent ^ channel_peer_seen(ch)) & PEER_DOORBELL)
        return OK;

    ch->peer.word_sent ^= PEER_DOORBELL;
    channel_publish(ch);
    struct packet packet = {0};
    error_t err = link_send(ch, &packet, WIRE_DOORBELL, 0, 0, false);
    if (err == ERR_WOULD_BLOCK) {
        // The channel is full, which happens only if the peer does not read. It will see the bits
        // when it reads one of the packets that are there.
        ch->peer.word_sent ^= PEER_DOORBELL;
        channel_publish(ch);
        err = OK;
    }
    return err;
}
