// Owns pending notification bits, stashed packets, and the queue of channels that have a turn.

#include "inbox.h"
#include <stdlib.h>
#include "channel.h"
#include "self.h"

struct stashed {
    list_elem_t elem;
    struct packet packet;
};

static notifications_t pending_bits;
static list_t ready = {&ready, &ready}; // the queue: channels with packets, in the order of turns
static list_elem_t *last_round;         // the last element when this round began
static uint32_t rounds_begun;
static struct channel *unserved; // its last turn gave the program nothing; it goes back in front
static bool unserved_was_passed; // it was one of the num_passed
static unsigned num_passed;      // channels in front that notifications must not pass again

void inbox_pend(notifications_t bits)
{
    pending_bits |= bits;
}

bool inbox_is_empty(void)
{
    return !pending_bits && list_is_empty(&ready);
}

bool inbox_has_turn(void)
{
    return !list_is_empty(&ready);
}

// --- Stashed packets ----------------------------------------------------------------------------

// Puts the launcher's channel at the front of the queue. The launcher tells vm of a new task before
// other tasks can speak of that task. Their channels may have had a place in the queue before.
static void add_launcher(struct channel *ch)
{
    if (ch->turn.listed)
        list_remove(&ch->turn.ready);
    ch->turn.listed = true;
    list_push_back(ready.next, &ch->turn.ready);
}

// Gives a channel with stashed packets a turn, unless it has one.
static void add_stashed(struct channel *ch)
{
    if (ch->task == KERNEL_TASK) {
        add_launcher(ch);
    } else if (!ch->turn.listed) {
        ch->turn.listed = true;
        ch->turn.round = rounds_begun;
        list_push_back(&ready, &ch->turn.ready);
    }
}

bool inbox_push(struct channel *ch, const struct packet *packet)
{
    struct stashed *s = NULL;
    if (ch->turn.num_stashed < INBOX_MAX_STASH || ch->task == KERNEL_TASK)
        s = malloc(sizeof(*s));
    if (!s)
        return false;
    s->packet = *packet;
    list_push_back(&ch->turn.stash, &s->elem);
    ch->turn.num_stashed++;
    add_stashed(ch);
    return true;
}

bool inbox_pop(struct channel *ch, struct packet *packet)
{
    struct stashed *s = LIST_POP_FRONT(&ch->turn.stash, struct stashed, elem);
    if (!s)
        return false;
    *packet = s->packet;
    ch->turn.num_stashed--;
    free(s);
    return true;
}

// --- Rounds -------------------------------------------------------------------------------------

void inbox_begin_round(void)
{
    last_round = ready.prev;
}

// When the peer began its wait, in nanoseconds of CLOCK_MONOTONIC, as its page says. 0: unknown.
static uint64_t waits_since(const struct channel *ch)
{
    return ch->peer.page ? atomic_load_explicit(&ch->peer.page->since_ns, memory_order_relaxed) : 0;
}

// Channels that are added in one round are served in the order in which their peers began to wait.
// epoll's order will not do: it also counts packets that were read long ago.
void inbox_add(struct channel *ch)
{
    if (ch->turn.listed)
        return;
    if (ch->task == KERNEL_TASK) {
        add_launcher(ch);
        return;
    }
    // The peer writes this cache line in each wait, so reading it is slow. The comparison comes
    // second: a single channel of a round needs none.
    list_elem_t *at = &ready;
    while (at->prev != last_round &&
           waits_since(LIST_CONTAINER(at->prev, struct channel, turn.ready)) > waits_since(ch))
        at = at->prev;
    ch->turn.listed = true;
    ch->turn.round = rounds_begun;
    list_push_back(at, &ch->turn.ready);
}

void inbox_count_round(void)
{
    rounds_begun++;
    atomic_store_explicit(&ipc_self.page->rounds_begun, rounds_begun, memory_order_relaxed);
}

// Puts the channel whose last turn gave nothing back to the front, behind the launcher's, if it has
// something to read.
static void put_back_unserved(void)
{
    if (unserved && unserved->turn.listed) {
        list_remove(&unserved->turn.ready);
        list_elem_t *first = ready.next;
        if (first != &ready &&
            LIST_CONTAINER(first, struct channel, turn.ready)->task == KERNEL_TASK)
            first = first->next;
        list_push_back(first, &unserved->turn.ready);
        num_passed += unserved_was_passed;
    } else if (unserved) {
        unserved->turn.num_unserved = 0;
    }
    unserved = NULL;
}

void inbox_end_round(void)
{
    LIST_FOR_EACH (ch, &ready, struct channel, turn.ready)
        pending_bits |= channel_collect_notifications(ch);
    put_back_unserved();
}

// --- Turns --------------------------------------------------------------------------------------

bool inbox_may_notify(void)
{
    return num_passed == 0;
}

bool inbox_take_notifications(notifications_t *bits)
{
    if (!pending_bits)
        return false;
    LIST_FOR_EACH (ch, &ready, struct channel, turn.ready)
        num_passed += ch->task != KERNEL_TASK;
    *bits = pending_bits;
    pending_bits = 0;
    return true;
}

// Publishes how many rounds are served: see state_page.rounds_served.
static void publish_served(uint32_t served)
{
    atomic_store_explicit(&ipc_self.page->rounds_served, served, memory_order_relaxed);
}

void inbox_note_served(void)
{
    if (list_is_empty(&ready))
        publish_served(rounds_begun);
}

struct channel *inbox_next(void)
{
    struct channel *ch = LIST_POP_FRONT(&ready, struct channel, turn.ready);
    ch->turn.listed = false;
    if (ch->task != KERNEL_TASK) { // the launcher's messages overtake others
        publish_served(ch->turn.round - 1);
        unserved_was_passed = num_passed > 0;
        num_passed -= unserved_was_passed;
    }
    return ch;
}

void inbox_served(struct channel *ch, bool gave)
{
    // A turn can end with a packet that gives the program nothing: a doorbell packet, or an answer
    // that is no longer awaited. The channel then keeps its turn for the message behind that
    // packet. It loses the turn after more such packets than an honest peer has under way.
    ch->turn.num_unserved =
        gave || ch->turn.num_unserved == INBOX_MAX_STASH ? 0 : ch->turn.num_unserved + 1;
    if (ch->task != KERNEL_TASK && ch->fd >= 0 && ch->turn.num_unserved > 0)
        unserved = ch;
    if (ch->turn.num_stashed > 0)
        add_stashed(ch);
}
