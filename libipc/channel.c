// Owns the table of channels, the stash of packets that came before they were wanted, and the peer
// words of the state page. The meaning of a receive or a send is in ipc.c.

#include "channel.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <resea/printf.h>
#include "bell.h"
#include "clock.h"
#include "control.h"
#include "futex.h"
#include "inbox.h"
#include "payload.h"
#include "receive.h"
#include "region.h"
#include "self.h"
#include "shm_recv.h"
#include "shm_send.h"
#include "transport.h"

list_t channel_all = {&channel_all, &channel_all};
unsigned channel_count, channel_num_shm;
static struct channel *by_slot[CONFIG_NUM_TASKS];

static void unmap_page(struct channel *ch)
{
    if (ch->page)
        munmap((void *)(uintptr_t)ch->page, STATE_PAGE_SIZE);
    ch->page = NULL;
    if (ch->landing)
        munmap(ch->landing, ool_landing_len((size_t)ch->peer_ool_len));
    ch->landing = NULL;
}

// What is kept for the peer goes with its ring.
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
        channel_drop(ch, &packet);
    detach(ch);
    unmap_page(ch);
    bell_forget(ch);
    if (ch->pulled)
        ipc_free_payloads(&ch->pulled->m);
    free(ch->pulled);
    free(ch->refused);
    free(ch);
}

// A slot's former owner may have left packets that were not read: its channel lives on, out of the
// table, until they are.
static void displace(struct channel *old)
{
    by_slot[TASK_SLOT(old->task)] = NULL;
    old->own_line = NULL;
    if (old->shm)
        shm_forget_kept(old->shm); // there is no line to send it by
    channel_collect(old);
}

// Makes a channel that is in no table yet. Takes `page_fd`.
static struct channel *make_channel(task_t task, uint32_t chan, int page_fd)
{
    unsigned slot = (unsigned)TASK_SLOT(task);
    struct channel *ch = task >= 0 && slot < CONFIG_NUM_TASKS ? calloc(1, sizeof(*ch)) : NULL;
    if (!ch)
        goto out;
    ch->task = task;
    ch->chan = chan;
    ch->fd = -1;
    bell_spin_init(&ch->spin);
    list_init(&ch->stash);
    list_nullify(&ch->ready);
    list_nullify(&ch->all);
    ch->bell = &ipc_self.page->launcher_bell;
    if (page_fd >= 0) {
        void *page = mmap(NULL, STATE_PAGE_SIZE, PROT_READ, MAP_SHARED, page_fd, 0);
        if (page == MAP_FAILED) {
            free(ch);
            ch = NULL;
            goto out;
        }
        ch->page = page;
        ch->line = &ch->page->peers[TASK_SLOT(ipc_self.boot.task)];
        ch->bell = &ch->line->bell;
        ch->own_line = &ipc_self.page->peers[slot];
    }
out:
    if (page_fd >= 0)
        close(page_fd);
    return ch;
}

// My line is the new channel's from now on: it says nothing yet.
static void begin_line(struct channel *ch)
{
    if (!ch->own_line)
        return;
    atomic_store(&ch->own_line->word, 0);
    atomic_store(&ch->own_line->taken, 0);
    atomic_store(&ch->own_line->bytes, 0);
    atomic_store(&ch->own_line->bytes_taken, 0);
    atomic_store(&ch->own_line->wants, 0);
    channel_publish(ch);
}

// Puts a channel into the table; it owns `fd` from then on.
static error_t enter(struct channel *ch, int fd)
{
    unsigned slot = (unsigned)TASK_SLOT(ch->task);
    if (IS_ERROR(transport_watch(fd, ch, false)))
        return ERR_NO_MEMORY;
    if (by_slot[slot])
        displace(by_slot[slot]);
    by_slot[slot] = ch;
    ch->fd = fd;
    ch->bell_seen = channel_bell(ch) - 1; // it may have rung before
    list_push_back(&channel_all, &ch->all);
    channel_count++;
    channel_num_shm += ch->shm != NULL;
    begin_line(ch);
    return OK;
}

// A channel that cannot be had is, for its peer, one that has ended. Whether that one sleeps is in
// its page, which may be what cannot be had: it is woken in any case (by the socket's end when it
// sleeps on that).
static error_t refuse(struct channel *ch, task_t task, uint32_t chan, int fd)
{
    close(fd); // first, as in channel_end()
    if (task >= 0 && TASK_SLOT(task) < CONFIG_NUM_TASKS) {
        struct peer_line *line = &ipc_self.page->peers[TASK_SLOT(task)];
        atomic_store(&line->closed, chan);
        atomic_fetch_add(&line->bell, 1);
        futex_wake(&line->bell);
    }
    if (ch)
        free_channel(ch);
    return ERR_NO_MEMORY;
}

error_t channel_add(task_t task, uint32_t chan, int fd, int page_fd)
{
    struct channel *ch = make_channel(task, chan, page_fd);
    return ch && IS_OK(enter(ch, fd)) ? OK : refuse(ch, task, chan, fd);
}

error_t channel_add_shm(const struct control_grant *grant, const int fds[4])
{
    struct channel *ch = make_channel(grant->task, grant->chan, fds[1]);
    error_t err = ERR_NO_MEMORY;
    if (ch) {
        err = region_attach(ch, grant->ring_size, fds[2], fds[3]);
    } else {
        close(fds[2]);
        close(fds[3]);
    }
    if (IS_OK(err) && IS_OK(enter(ch, fds[0])))
        return OK;
    return refuse(ch, grant->task, grant->chan, fds[0]);
}

struct channel *channel_find_any(task_t task)
{
    if (task < 0 || TASK_SLOT(task) >= CONFIG_NUM_TASKS)
        return NULL;
    struct channel *ch = by_slot[TASK_SLOT(task)];
    return ch && ch->task == task ? ch : NULL;
}

struct channel *channel_find(task_t task)
{
    struct channel *ch = channel_find_any(task);
    return ch && ch->fd >= 0 ? ch : NULL;
}

void channel_end(struct channel *ch, const char *why)
{
    if (ch->fd < 0)
        return;
    // Fail-stop: nothing can go on without these two.
    if (ch->task == VM_TASK || ch->task == KERNEL_TASK)
        _exit(EXIT_FAILURE);
    if (why)
        WARN("ended the channel to task %d: %s", ch->task, why);
    inbox_pend(channel_collect_notifications(ch)); // its last; the page goes
    if (ch->own_line)
        atomic_store(&ch->own_line->closed, ch->chan);
    list_remove(&ch->all);
    channel_count--;
    channel_num_shm -= ch->shm != NULL;
    detach(ch);
    transport_unwatch(ch->fd);
    transport_close(ch->fd);
    ch->fd = -1;
    bell_ring(ch); // last: a peer that waits for the bell of a socket looks at the socket then
    ch->own_line = NULL;
    ch->line = NULL;
    bell_forget(ch);
    unmap_page(ch);
    ch->call_open = false;
    ch->pull_seq = ch->taken_pull = 0;
}

void channel_collect(struct channel *ch)
{
    if (ch->fd < 0 && !ch->listed && list_is_empty(&ch->stash) &&
        by_slot[TASK_SLOT(ch->task)] != ch)
        free_channel(ch);
}

static enum incoming on_answer(struct channel *ch, struct packet *packet)
{
    // The answer to an async pull is kept for async_recv(), which may have stopped waiting, and its
    // payload is fetched now: its sender has forgotten it, and the landing buffer is wanted. All
    // other answers are for whoever waits now, who compares the number.
    if (wire_kind(packet->word) != WIRE_ACK && ch->pull_seq &&
        wire_ack(packet->word) == ch->pull_seq && !ch->pulled) {
        ch->pulled = calloc(1, sizeof(*ch->pulled));
        if (ch->pulled) {
            ch->pulled->error = receive_answer(ch, packet, -1, &ch->pulled->m);
            // The notification of what it brings has been taken already.
            if (!ch->pull_awaited && ch->pulled->error != ERR_EMPTY)
                inbox_pend(NOTIFY_ASYNC);
            return IN_HANDLED;
        }
    }
    return IN_ANSWER;
}

// Descriptors that may come with a packet. vm is trusted to send what was asked for; what others
// send with a packet either cannot be sent, or ends the channel.
static int max_descriptors(const struct channel *ch)
{
    if (ch->task == KERNEL_TASK)
        return PACKET_MAX_FDS;
    if (ch->task == VM_TASK)
        return ch->wants_fd ? 1 : TRANSPORT_NO_FDS;
    return ipc_self.boot.flags & BOOT_NO_FDS ? TRANSPORT_NO_FDS : 0;
}

// Waits for the peer's bell where waiting has an end, or something is kept for others, who may make
// room meanwhile; else for the socket.
static error_t read_socket(struct channel *ch, struct packet *packet, int timeout_ms, int *fds,
                           int *num_fds)
{
    uint64_t deadline_ns = clock_deadline_ns(timeout_ms);
    for (;;) {
        uint32_t bell = channel_bell(ch);
        bool keeps = !list_is_empty(region_keeping());
        if (keeps)
            shm_pump();
        error_t err = transport_recv(ch->fd, packet, timeout_ms < 0 && !keeps, fds,
                                     max_descriptors(ch), num_fds);
        if (err != ERR_WOULD_BLOCK)
            return err;
        if (timeout_ms == 0 || (deadline_ns && clock_now_ns() >= deadline_ns)) {
            ch->bell_seen = bell;
            return err;
        }
        bell_wait(ch, bell, deadline_ns);
    }
}

enum incoming channel_read(struct channel *ch, struct packet *packet, int timeout_ms, int *fd)
{
    int fds[PACKET_MAX_FDS];
    int num_fds = 0;
    error_t err = ch->shm ? shm_recv(ch, packet, timeout_ms)
                          : read_socket(ch, packet, timeout_ms, fds, &num_fds);
    if (err == ERR_WOULD_BLOCK)
        return IN_NOTHING;
    if (IS_ERROR(err)) {
        channel_end(ch, err == ERR_ABORTED ? NULL : "it sent a packet that breaks the rules");
        return IN_ENDED;
    }

    enum wire_kind kind = wire_kind(packet->word);
    if (ch->task == KERNEL_TASK) {
        if (kind == WIRE_CONTROL) {
            control_handle(packet, fds, num_fds);
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
    case WIRE_RING:
        // Publish that the ring was consumed, then read the bits: the sender sets the bits, then
        // reads whether its ring was consumed. The bits are kept for the next open receive, which
        // would not look at this channel without a ring.
        ch->seen = (uint16_t)((ch->seen & ~PEER_RING) | (channel_peer_sent(ch) & PEER_RING));
        channel_publish(ch);
        inbox_pend(channel_collect_notifications(ch));
        return IN_HANDLED;
    default:
        channel_drop(ch, packet);
        channel_end(ch, "it sent a packet of no known kind");
        return IN_ENDED;
    }
}

void channel_stash(struct channel *ch, const struct packet *packet)
{
    if (inbox_push(ch, packet))
        return;
    struct packet dropped = *packet;
    channel_drop(ch, &dropped);
    channel_end(ch, "it has too many messages under way");
}

void channel_drop(struct channel *ch, struct packet *packet)
{
    if (!ch->carries || wire_kind(packet->word) > WIRE_NOBLOCK || packet->type < 0)
        return;
    struct payload *d = (struct payload *)(void *)packet->raw;
    int count = MSG_NUM_PAYLOADS(packet->type);
    if (count > 0 && !d[0].ptr) // there was no memory for them
        return;
    for (int k = 0; k < count; k++) {
        free(d[k].ptr);
        d[k].ptr = NULL;
    }
}

uint32_t channel_next_seq(struct channel *ch)
{
    do
        ch->seq = ch->seq % WIRE_SEQ_MASK + 1;
    while (ch->seq == ch->pull_seq);
    return ch->seq;
}

error_t channel_send_payloads(struct channel *ch, struct packet *packet,
                              const struct payload *payloads, unsigned count, enum wire_kind kind,
                              uint32_t seq, uint32_t ack, bool block)
{
    packet->word = wire_word(kind, seq, ack);
    if (ch->shm)
        return shm_send(ch, packet, payloads, count, block ? SHM_BLOCK : SHM_KEEP);
    error_t err = transport_send(ch->fd, packet, block, -1);
    bell_ring(ch);
    return err;
}

error_t channel_send(struct channel *ch, struct packet *packet, enum wire_kind kind, uint32_t seq,
                     uint32_t ack, bool block)
{
    return channel_send_payloads(ch, packet, NULL, 0, kind, seq, ack, block);
}

void channel_ack(struct channel *ch, uint32_t seq, error_t error)
{
    struct packet packet = {.type = error};
    // A full channel is a peer that does not read: it loses its own answer.
    error_t err = channel_send(ch, &packet, IS_ERROR(error) ? WIRE_NACK : WIRE_ACK, 0, seq, false);
    if (err == ERR_WOULD_BLOCK)
        WARN("task %d does not read its answers", ch->task);
}

static uint64_t peer_half(struct channel *ch)
{
    if (!ch->line)
        return 0;
    uint64_t word = atomic_load(&ch->line->word);
    return word >> 32 == ch->chan ? word : 0;
}

uint16_t channel_peer_sent(struct channel *ch)
{
    return (uint16_t)(peer_half(ch) >> 16);
}

uint16_t channel_peer_seen(struct channel *ch)
{
    return (uint16_t)peer_half(ch);
}

void channel_publish(struct channel *ch)
{
    if (ch->own_line)
        atomic_store(&ch->own_line->word, peer_word(ch->chan, ch->sent, ch->seen));
}

bool channel_peer_is_ready(struct channel *ch)
{
    uint64_t word = atomic_load(&ch->page->wait);
    switch (wait_word_kind(word)) {
    case WAIT_OPEN:
        return true;
    case WAIT_RECV:
        return wait_word_task(word) == ipc_self.boot.task;
    case WAIT_CALL:
        // It waits for me only once I took its call; before, it is still sending.
        return wait_word_task(word) == ipc_self.boot.task && ch->call_open;
    default:
        return false;
    }
}

notifications_t channel_collect_notifications(struct channel *ch)
{
    if (!peer_half(ch)) // not published yet, or ended
        return 0;
    uint16_t pending = (uint16_t)((channel_peer_sent(ch) ^ ch->seen) & PEER_NOTIFY_MASK);
    if (pending) {
        ch->seen ^= pending;
        channel_publish(ch);
    }
    return (notifications_t)pending;
}

error_t channel_notify(struct channel *ch, notifications_t bits)
{
    // Set the bits that are not pending, then look whether a ring is on its way: see WIRE_RING in
    // channel_read() for the other side.
    uint16_t pending = (uint16_t)(ch->sent ^ channel_peer_seen(ch));
    ch->sent ^= (uint16_t)(bits & ~pending);
    channel_publish(ch);
    if ((ch->sent ^ channel_peer_seen(ch)) & PEER_RING)
        return OK;

    ch->sent ^= PEER_RING;
    channel_publish(ch);
    struct packet packet = {0};
    error_t err = channel_send(ch, &packet, WIRE_RING, 0, 0, false);
    if (err == ERR_WOULD_BLOCK) {
        // The peer has more packets of mine than any that plays by the rules: it will see the bits
        // when it reads one of those.
        ch->sent ^= PEER_RING;
        channel_publish(ch);
        err = OK;
    }
    return err;
}

static int compare_numbers(const void *left, const void *right)
{
    const uint16_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

bool channel_refuses(struct channel *ch, int type)
{
    uint16_t number = (uint16_t)(MSG_ID(type) & ~MSG_REPLY_BIT);
    if (ch->num_refused == 0 || type < 0 ||
        !bsearch(&number, ch->refused, ch->num_refused, sizeof(number), compare_numbers))
        return false;
    WARN("%s: task %d was built with another version of its interface, or its number is another's",
         msgtype2str(type), ch->task);
    return true;
}
