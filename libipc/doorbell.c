// Owns sleeping, waking, and how long a task spins or yields before it sleeps.

#include "doorbell.h"
#include <sched.h>
#include "channel.h"
#include "clock.h"
#include "futex.h"
#include "page.h"
#include "region.h"
#include "transport.h"

// To wait for a peer on another core, a task polls it, with a pause of 20 to 60 ns between two
// looks. Without the pause, the reader would take the cache line away from its writer between two
// stores. The longest spin covers the wake-up of a peer on another core, which takes 30 to 100 us.
// Each channel learns how long a spin is enough, and spins ever more seldom where that does not
// help.
#define SPIN_MAX       4096u
#define SPIN_MIN       64u
#define SPIN_RETRY     16u   // failures until SPIN_MAX is tried again: the first time
#define SPIN_MAX_RETRY 1024u // and at most
// With at most SPIN_ALL channels, an open receive also polls the others while it spins: in every
// turn whose number is a multiple of SPIN_OTHERS. It polls the peer that sent last in every turn.
#define SPIN_ALL    8
#define SPIN_OTHERS 8u

// A peer on the same core can answer only when it gets the core. Yielding the core to it costs half
// of sleeping and being woken. A task that yields runs again when the scheduler picks it, not when
// its peer has answered. If a third task wants the core, that costs a thousand times what yielding
// saves. After such a late return we stop yielding for many waits, twice as many each time, until
// yielding has helped YIELD_FORGIVING times in a row.
#define YIELDS  4u
#define LATE_NS 250000u
// Waits without yielding: after a yield in vain, after the first late return, and at most.
#define WITHOUT_VAIN    8u
#define WITHOUT_LATE    1024u
#define WITHOUT_MAX     65536u
#define YIELD_FORGIVING 256u

static struct doorbell_spin open_spin = {.limit = SPIN_MAX, .retry = SPIN_RETRY};
static const struct channel *noted;

void doorbell_spin_init(struct doorbell_spin *spin)
{
    *spin = (struct doorbell_spin){.limit = SPIN_MAX, .retry = SPIN_RETRY};
}

static void wake_by_socket(struct channel *ch)
{
    // If the socket is full, the packets in it wake the peer, so the error does not matter.
    struct packet packet = {.word = wire_word(WIRE_DOORBELL, 0, 0)};
    (void)!transport_send(ch->fd, &packet, false, -1);
}

void doorbell_ring(struct channel *ch)
{
    struct peer_line *own = ch->peer.own;
    if (!own)
        return;
    atomic_fetch_add(&own->doorbell, 1); // a full fence before the read of `asleep`
    switch (atomic_load(&ch->peer.page->asleep)) {
    case SLEEP_FUTEX:
        futex_wake(&own->doorbell);
        break;
    case SLEEP_SOCKET:
        if (ch->shm)
            wake_by_socket(ch);
        break;
    default:
        break;
    }
}

void doorbell_hear(struct channel *ch)
{
    // The limit keeps a peer that sends without pause from holding us up. Packets that are left
    // over wake us again.
    for (int i = 0; i < REGION_SLOTS; i++) {
        struct packet packet;
        error_t err = transport_recv(ch->fd, &packet, false, NULL, 0, NULL);
        if (err == ERR_WOULD_BLOCK)
            return;
        if (IS_ERROR(err) || wire_kind(packet.word) != WIRE_DOORBELL) {
            ch->shm->hung = true;
            transport_unwatch(ch->fd);
            return;
        }
    }
}

void doorbell_note(const struct channel *ch)
{
    noted = ch;
}

void doorbell_forget(const struct channel *ch)
{
    if (noted == ch)
        noted = NULL;
}

bool doorbell_runs_elsewhere(const struct channel *ch)
{
    return ch->peer.page &&
           atomic_load_explicit(&ch->peer.page->cpu, memory_order_relaxed) != sched_getcpu();
}

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

bool doorbell_is_pending(const struct channel *ch)
{
    return ch->shm ? region_is_pending(ch) : channel_doorbell(ch) != ch->doorbell.seen;
}

// What a wait is for. With `pending`: a packet of `ch`, or room for kept packets. Without: a
// doorbell of `ch` other than `seen`. If `ch` is NULL: something to do in any channel.
struct wanted {
    const struct channel *ch;
    bool pending;
    uint32_t seen;
};

// Whether any channel has something to read, or a peer for whom packets are kept rang: it may have
// made room for them.
static bool any_pending(void)
{
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (doorbell_is_pending(ch))
            return true;
    }
    return region_pump_is_due();
}

static bool has_come(const struct wanted *wanted)
{
    if (wanted->pending)
        return doorbell_is_pending(wanted->ch) || region_pump_is_due();
    if (wanted->ch)
        return channel_doorbell(wanted->ch) != wanted->seen;
    return any_pending();
}

static void learn_spin(struct doorbell_spin *spin, unsigned turns, bool enough)
{
    if (enough) {
        spin->limit = MIN(MAX(spin->limit, 4 * turns + SPIN_MIN), SPIN_MAX);
        spin->failures = 0;
        spin->retry = SPIN_RETRY;
        return;
    }
    if (spin->failures >= spin->retry) {
        spin->failures = 0;
        spin->retry = MIN(2 * spin->retry, SPIN_MAX_RETRY);
    }
    spin->failures++;
    spin->limit = MAX(spin->limit - spin->limit / 4, SPIN_MIN);
}

// Looks at all channels in some of the turns only, where the others would make them long.
static bool spin_for(struct doorbell_spin *spin, const struct channel *peer,
                     const struct wanted *wanted)
{
    unsigned limit = spin->failures >= spin->retry ? SPIN_MAX : spin->limit;
    unsigned n = 0;
    while (n < limit) {
        bool all = channel_count() <= SPIN_ALL && n % SPIN_OTHERS == 0;
        if (wanted->ch || all ? has_come(wanted) : doorbell_is_pending(peer))
            break;
        relax();
        n++;
    }
    learn_spin(spin, n, n < limit);
    return n < limit;
}

static void learn_yield(struct doorbell_spin *spin, bool come, bool late)
{
    if (come && !late) {
        if (++spin->helped >= YIELD_FORGIVING)
            spin->penalty = 0;
        return;
    }
    spin->helped = 0;
    if (late)
        spin->penalty = MIN(2 * spin->penalty + WITHOUT_LATE, WITHOUT_MAX);
    spin->without = late ? spin->penalty : WITHOUT_VAIN;
}

static bool yield_for(struct doorbell_spin *spin, const struct channel *peer,
                      const struct wanted *wanted)
{
    if (spin->without > 0) {
        spin->without--;
        return false;
    }
    uint64_t begun_ns = clock_now_ns(), now = begun_ns;
    bool come = false;
    for (unsigned n = 0; n < YIELDS && !come && now - begun_ns < LATE_NS; n++) {
        sched_yield();
        come = has_come(wanted);
        now = clock_now_ns();
    }
    // The peer sent its message before it began its own next wait (`since_ns`). If that was
    // LATE_NS ago or more, the message had come long before we got the core back.
    uint64_t since_ns = atomic_load_explicit(&peer->peer.page->since_ns, memory_order_relaxed);
    bool late = come && now - begun_ns >= LATE_NS && now - since_ns >= LATE_NS;
    learn_yield(spin, come, late);
    page_note_core(); // the kernel may move a task that yields
    return come;
}

// Spins or yields for a while. Returns false if what is wanted has not come.
static bool wait_awake(struct doorbell_spin *spin, const struct channel *peer,
                       const struct wanted *wanted)
{
    if (!peer->peer.page)
        return false;
    page_note_core(); // before the wait, so that the message is not delayed by it
    return doorbell_runs_elsewhere(peer) ? spin_for(spin, peer, wanted)
                                         : yield_for(spin, peer, wanted);
}

static bool any_changed(const struct futex_word *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (atomic_load(words[i].word) != words[i].seen)
            return true;
    }
    return false;
}

static void sleep_on(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    page_publish_sleep(SLEEP_FUTEX);
    if (!any_changed(words, count))
        futex_wait(words, count, deadline_ns);
    page_publish_sleep(SLEEP_NOT);
    page_note_core();
}

bool doorbell_await_pending(struct channel *ch)
{
    struct wanted wanted = {.ch = ch, .pending = true};
    return wait_awake(&ch->doorbell.spin, ch, &wanted);
}

void doorbell_wait(struct channel *ch, uint32_t seen, uint64_t deadline_ns)
{
    struct wanted wanted = {.ch = ch, .seen = seen};
    if (channel_doorbell(ch) == seen && !wait_awake(&ch->doorbell.spin, ch, &wanted))
        doorbell_sleep(ch, seen, deadline_ns);
}

void doorbell_sleep(struct channel *ch, uint32_t seen, uint64_t deadline_ns)
{
    struct futex_word words[FUTEX_MAX_WORDS];
    unsigned count = 0;
    words[count++] = (struct futex_word){ch->doorbell.word, seen};
    // Peers that drain kept replies must be able to wake us too.
    LIST_FOR_EACH (other, region_keeping(), struct shm, keeping) {
        if (other->channel != ch && count < FUTEX_MAX_WORDS)
            words[count++] = (struct futex_word){other->channel->doorbell.word, other->kept_seen};
    }
    sleep_on(words, count, deadline_ns);
}

bool doorbell_await_any(void)
{
    struct wanted anything = {0};
    return any_pending() || (noted && wait_awake(&open_spin, noted, &anything));
}

void doorbell_sleep_any(uint64_t deadline_ns)
{
    struct futex_word words[FUTEX_MAX_WORDS];
    unsigned count = 0;
    // Read the doorbells, then check the channels. What a peer does in between changes its
    // doorbell, and then the futex does not sleep.
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (count < FUTEX_MAX_WORDS)
            words[count++] = (struct futex_word){ch->doorbell.word, channel_doorbell(ch)};
    }
    if (!any_pending())
        sleep_on(words, count, deadline_ns);
}

static bool any_shm_pending(void)
{
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (ch->shm && doorbell_is_pending(ch))
            return true;
    }
    return region_pump_is_due();
}

// The order is that of a sleep on doorbells: read the doorbells, check the channels, publish the
// sleep, read the doorbells again. The second reading is needed because the checks are acquire
// loads, which a processor may do before the store that publishes the sleep. The second reading is
// sequentially consistent and comes after that store.
bool doorbell_begin_socket_sleep(void)
{
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (ch->shm)
            ch->doorbell.seen = channel_doorbell(ch);
    }
    if (any_shm_pending())
        return false;
    page_publish_sleep(SLEEP_SOCKET);
    LIST_FOR_EACH (ch, channel_all(), struct channel, all) {
        if (ch->shm && atomic_load(ch->doorbell.word) != ch->doorbell.seen)
            return false;
    }
    return true;
}
