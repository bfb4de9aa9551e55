// Owns the notification bits, the packets that came before they were wanted, and whose turn it is.

#include "inbox.h"
#include <stdlib.h>
#include "channel.h"
#include "self.h"

struct stashed {
    list_elem_t elem;
    struct packet packet;
};

static notifications_t pending_bits;
static list_t ready = {&ready, &ready}; // channels with something to read, in the order of turns
static list_elem_t *last_round;         // the last of them when this round began
static uint32_t rounds_begun;
static struct channel *unserved; // its turn gave nothing: it keeps its place
static bool unserved_was_passed;
static unsigned num_passed; // in front of the queue, which notifications may not pass again

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

// --- Packets that came before they were wanted --------------------------------------------------

// What was stashed while the task waited for another has waited longest. What the launcher said (to
// vm, of a new task) was said before that task's channel came: it is not interleaved with what
// comes through the channel.
static void add_stashed(struct channel *ch)
{
    if (!ch->turn.listed) {
        ch->turn.listed = true;
        ch->turn.round = rounds_begun;
        list_push_back(ch->task == KERNEL_TASK ? ready.next : &ready, &ch->turn.ready);
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

// Since when the peer waits, as its page says.
static uint64_t waits_since(const struct channel *ch)
{
    return ch->peer.page ? atomic_load_explicit(&ch->peer.page->since_ns, memory_order_relaxed) : 0;
}

// Channels that are found in one round are served in the order in which their peers began to wait.
// epoll's order would go by when each first had anything, which may be a packet that was read long
// ago.
void inbox_add(struct channel *ch)
{
    if (ch->turn.listed)
        return;
    // A peer's page is read only when there is another to compare it with: the peer writes that
    // line with each wait.
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

// A channel whose turn gave nothing keeps its place, in front.
static void put_back_unserved(void)
{
    if (unserved && unserved->turn.listed) {
        list_remove(&unserved->turn.ready);
        list_push_back(ready.next, &unserved->turn.ready);
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

// Says how far the rounds of looking are served: see state_page.rounds_served.
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
    if (ch->task != KERNEL_TASK) { // whose messages overtake
        publish_served(ch->turn.round - 1);
        unserved_was_passed = num_passed > 0;
        num_passed -= unserved_was_passed;
    }
    return ch;
}

void inbox_served(struct channel *ch, bool gave)
{
    // An answer that nobody waits for, or a ring: the message behind it must not lose its turn.
    // More of them than an honest peer has under way do lose it.
    ch->turn.num_unserved =
        gave || ch->turn.num_unserved == INBOX_MAX_STASH ? 0 : ch->turn.num_unserved + 1;
    if (ch->task != KERNEL_TASK && ch->fd >= 0 && ch->turn.num_unserved > 0)
        unserved = ch;
    if (ch->turn.num_stashed > 0)
        add_stashed(ch);
}
