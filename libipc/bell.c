// Owns sleeping and waking, and how long to spin before.

#include "bell.h"
#include <sched.h>
#include "futex.h"
#include "shm.h"
#include "transport.h"

// Spinning is counted in turns of 20 to 60 ns, which is what a pause takes. Without it, the line
// would be taken away from its writer between two stores. The longest spin covers the wake-up of a
// peer on another core, which takes 30 to 100 us. It is learned how much is enough; where spinning
// does not help, it is tried less and less often.
#define SPIN_MAX       4096u
#define SPIN_MIN       64u
#define SPIN_EAGER     64u   // turns without a pause
#define SPIN_RETRY     16u   // failures after which the maximum is tried again: at first,
#define SPIN_MAX_RETRY 1024u // and at the most
#define SPIN_ALL       8     // an open receive looks at so many channels while it spins

static struct bell_spin open_spin = {SPIN_MAX, 0, SPIN_RETRY};
static const struct channel *noted;

void bell_spin_init(struct bell_spin *spin)
{
    *spin = (struct bell_spin){SPIN_MAX, 0, SPIN_RETRY};
}

void bell_ring(struct channel *ch)
{
    struct peer_line *own = ch->own_line;
    if (!own)
        return;
    atomic_fetch_add(&own->bell, 1); // a full fence: what is read next is newer
    switch (atomic_load(&ch->page->asleep)) {
    case SLEEP_FUTEX:
        futex_wake(&own->bell);
        break;
    case SLEEP_SOCKET:
        if (ch->shm)
            shm_wake_by_socket(ch);
        break;
    default:
        break;
    }
}

void bell_publish_sleep(enum sleep_kind kind)
{
    atomic_store(&channel_own_page->asleep, (uint32_t)kind);
}

void bell_note(const struct channel *ch)
{
    noted = ch;
}

void bell_forget(const struct channel *ch)
{
    if (noted == ch)
        noted = NULL;
}

void bell_note_core(void)
{
    static int last = -1;
    int cpu = sched_getcpu();
    if (cpu != last) {
        last = cpu;
        atomic_store_explicit(&channel_own_page->cpu, cpu, memory_order_relaxed);
    }
}

bool bell_runs_elsewhere(const struct channel *ch)
{
    return ch->page && atomic_load_explicit(&ch->page->cpu, memory_order_relaxed) != sched_getcpu();
}

static void relax(void)
{
    __builtin_ia32_pause();
}

static unsigned spin_begin(const struct bell_spin *spin)
{
    return spin->failures >= spin->retry ? SPIN_MAX : spin->limit;
}

static void spin_learn(struct bell_spin *spin, unsigned turns, bool enough)
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

static bool spin_for(struct channel *ch, uint32_t seen)
{
    unsigned limit = spin_begin(&ch->spin);
    unsigned n = 0;
    const void *slot = ch->shm ? shm_next_slot(ch) : NULL;
    while (n < limit && bell_read(ch) == seen) {
        __builtin_prefetch(slot);
        relax();
        n++;
    }
    spin_learn(&ch->spin, n, n < limit);
    return n < limit;
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
    bell_publish_sleep(SLEEP_FUTEX);
    if (!any_changed(words, count))
        futex_wait(words, count, deadline_ns);
    bell_publish_sleep(SLEEP_NOT);
    bell_note_core();
}

void bell_wait(struct channel *ch, uint32_t seen, uint64_t deadline_ns)
{
    if (bell_read(ch) != seen || (bell_runs_elsewhere(ch) && spin_for(ch, seen)))
        return;
    struct futex_word words[FUTEX_MAX_WORDS];
    unsigned count = 0;
    words[count++] = (struct futex_word){ch->bell, seen};
    // Those who drain a kept reply are served meanwhile.
    LIST_FOR_EACH (other, &shm_keeping, struct shm, keeping) {
        if (other->channel != ch && count < FUTEX_MAX_WORDS)
            words[count++] = (struct futex_word){other->channel->bell, other->seen};
    }
    sleep_on(words, count, deadline_ns);
}

// Also when a peer rang for whom something is kept: it may have made room.
static bool any_pending(void)
{
    LIST_FOR_EACH (ch, &channel_all, struct channel, all) {
        if (channel_is_pending(ch))
            return true;
    }
    return shm_pump_is_due();
}

static bool spin_for_any(void)
{
    if (!noted || !bell_runs_elsewhere(noted))
        return false;
    bool all = channel_count <= SPIN_ALL;
    unsigned limit = spin_begin(&open_spin);
    unsigned n = 0;
    bool found = false;
    while (!found && n < limit) {
        relax();
        n++;
        if (noted->shm)
            __builtin_prefetch(shm_next_slot(noted));
        found = all ? any_pending() : channel_is_pending(noted);
    }
    spin_learn(&open_spin, n, found);
    return found;
}

void bell_wait_any(uint64_t deadline_ns)
{
    struct futex_word words[FUTEX_MAX_WORDS];
    unsigned count = 0;
    if (any_pending() || spin_for_any())
        return;
    // The bells first, then what they may have rung for: what comes in between is seen by one.
    LIST_FOR_EACH (ch, &channel_all, struct channel, all) {
        if (ch->shm)
            shm_say_taken(ch);
        if (count < FUTEX_MAX_WORDS)
            words[count++] = (struct futex_word){ch->bell, bell_read(ch)};
    }
    if (!any_pending())
        sleep_on(words, count, deadline_ns);
}
