// Owns open and closed receives: which message is next, and the wait for it. See docs/semantics.md.

#include "receive.h"
#include <string.h>
#include <resea/ipc.h>
#include "doorbell.h"
#include "channel.h"
#include "clock.h"
#include "control.h"
#include "inbox.h"
#include "irq.h"
#include "link.h"
#include "ool.h"
#include "page.h"
#include "region.h"
#include "shm_recv.h"
#include "shm_send.h"
#include "take.h"
#include "timer.h"
#include "transport.h"

#define COOL_MS 1000 // an open receive that waits longer gives the memory of rings back

// --- Closed receive -----------------------------------------------------------------------------

static error_t await_message(struct channel *ch, struct message *m, bool noblock)
{
    for (;;) {
        struct packet packet;
        error_t result;
        int fd = -1;
        if (inbox_pop(ch, &packet)) {
            if (take_message(ch, &packet, m, &result))
                return result;
            continue;
        }
        if (ch->fd < 0)
            return ERR_ABORTED;
        switch (link_read(ch, &packet, noblock ? 0 : -1, &fd)) {
        case IN_MESSAGE:
            if (take_message(ch, &packet, m, &result))
                return result;
            break;
        case IN_ANSWER:
            drop_answer(ch, &packet, fd);
            break;
        case IN_NOTHING:
            return ERR_WOULD_BLOCK;
        default:
            break;
        }
    }
}

error_t receive_closed(task_t src, struct message *m, bool noblock)
{
    struct channel *ch = channel_find_any(src);
    if (!ch)
        OK_OR_RETURN(control_connect(src, &ch));
    OK_OR_RETURN(ool_register());
    wait_begin(WAIT_RECV, src, 0);
    if (src != VM_TASK)
        ool_announce(src);
    error_t err = await_message(ch, m, noblock);
    wait_end();
    return err;
}

// --- Open receive -------------------------------------------------------------------------------

// Whether the task waits on its descriptors: no peer has shared memory, something else than a
// channel is watched, or there are more channels than one call can wait for.
static bool waits_on_sockets(void)
{
    return channel_num_shm() == 0 || irq_any() || channel_count() > DOORBELL_MAX_CHANNELS;
}

// Waits for descriptors. Peers with shared memory send a doorbell packet if they see SLEEP_SOCKET.
static void look_at_sockets(int timeout_ms)
{
    void *cookies[TRANSPORT_MAX_EVENTS];
    bool has_shm = channel_num_shm() > 0 && timeout_ms != 0;
    if (has_shm && !doorbell_begin_socket_sleep())
        timeout_ms = 0;
    int n = transport_wait(cookies, timeout_ms);
    if (has_shm)
        page_publish_sleep(SLEEP_NOT);
    for (int i = 0; i < n; i++) {
        struct channel *ch = irq_owns(cookies[i]) ? NULL : cookies[i];
        if (!ch)
            inbox_pend(NOTIFY_IRQ);
        else if (ch->shm)
            doorbell_hear(ch);
        if (ch)
            inbox_add(ch);
    }
}

static void sleep_for_doorbells(int timeout_ms)
{
    uint64_t deadline_ns = clock_deadline_ns(timeout_ms);
    if (doorbell_await_any())
        return;
    // Before the doorbells are read, so that a peer that reacts changes a doorbell we have read.
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (ch->shm)
            shm_say_taken(ch);
    }
    doorbell_sleep_any(deadline_ns);
}

// Reads all packets of the launcher, so that a granted channel is there before the next turn,
// however many channels have turns. Messages of the launcher are stashed; they come first.
static void hear_launcher(void)
{
    struct channel *ch = channel_find(KERNEL_TASK);
    struct packet packet;
    while (doorbell_is_pending(ch)) {
        if (link_read(ch, &packet, 0, NULL) == IN_MESSAGE_OF_LAUNCHER)
            link_stash(ch, &packet);
    }
}

// Looks at all channels, in one round. Channels that have something go to the end of the queue of
// turns. A channel in the queue keeps its place, so no peer overtakes another one twice.
static void gather(int timeout_ms)
{
    hear_launcher();
    if (!inbox_is_empty()) // what the launcher sent may be what we wait for
        timeout_ms = 0;
    inbox_begin_round();
    shm_pump();
    bool sockets = waits_on_sockets();
    if (sockets)
        look_at_sockets(timeout_ms);
    else if (timeout_ms != 0)
        sleep_for_doorbells(timeout_ms);
    inbox_count_round();
    if (channel_num_shm() > 0) {
        LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
            if ((ch->shm || !sockets) && doorbell_is_pending(ch))
                inbox_add(ch);
        }
    }
    inbox_end_round();
}

// Waits until a channel or a notification is ready. If nothing comes for COOL_MS, gives the memory
// of rings back.
static void gather_patiently(void)
{
    int timeout_ms = timer_remaining();
    bool cools = region_num_warm() > 0 && (timeout_ms < 0 || timeout_ms > COOL_MS);
    gather(cools ? COOL_MS : timeout_ms);
    if (cools && inbox_is_empty())
        shm_cool();
}

// Looks at all channels. Waits unless `noblock`, or something is ready already.
static void look(bool noblock)
{
    inbox_note_served();
    if (noblock || !inbox_is_empty())
        gather(0);
    else
        gather_patiently();
}

// Reads one packet of `ch`. Returns true if `m` has something for the program.
static bool serve(struct channel *ch, struct message *m, error_t *result)
{
    struct packet packet;
    int fd = -1;
    if (inbox_pop(ch, &packet)) {
        if (ch->task != KERNEL_TASK)
            return take_message(ch, &packet, m, result);
    } else {
        if (ch->fd < 0)
            return false;
        switch (link_read(ch, &packet, 0, &fd)) {
        case IN_MESSAGE:
            return take_message(ch, &packet, m, result);
        case IN_ANSWER:
            drop_answer(ch, &packet, fd);
            return false;
        case IN_MESSAGE_OF_LAUNCHER:
            break;
        default:
            return false;
        }
    }
    memcpy(m, &packet, sizeof(*m));
    m->src = KERNEL_TASK;
    page_count_received(ch->task, packet.type, false);
    *result = OK;
    return true;
}

// Delivers notifications, if it is their turn: channels that had a turn at the last delivery come
// first.
static bool deliver_notifications(struct message *m)
{
    notifications_t bits;
    if (!inbox_may_notify())
        return false;
    if (timer_remaining() == 0) {
        timer_clear();
        inbox_pend(NOTIFY_TIMER);
    }
    if (!inbox_take_notifications(&bits))
        return false;
    memset(m, 0, sizeof(*m));
    m->type = NOTIFICATIONS_MSG;
    m->src = KERNEL_TASK;
    m->notifications.data = bits;
    return true;
}

// Serves the channel whose turn it is. Returns true if `m` has something for the program.
static bool take_turn(struct message *m, error_t *result)
{
    struct channel *ch = inbox_next();
    bool gave = serve(ch, m, result);
    inbox_served(ch, gave);
    link_collect(ch);
    return gave;
}

error_t receive_open(struct message *m, bool noblock)
{
    OK_OR_RETURN(ool_register());
    wait_begin(WAIT_OPEN, 0, 0);
    error_t result = OK;
    for (;;) {
        look(noblock);
        if (deliver_notifications(m))
            break;
        if (!inbox_has_turn()) {
            if (!noblock)
                continue;
            result = ERR_WOULD_BLOCK;
            break;
        }
        if (take_turn(m, &result))
            break;
    }
    wait_end();
    return result;
}
