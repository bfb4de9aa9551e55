// Tests how a task waits before it sleeps, and how it adapts. The test has its own scheduler, clock
// and futexes.

#include <sched.h>
#include <string.h>
#include <time.h>
#include "run_tests.h"

static int fake_yield(void);
static int fake_core(void);
static int fake_clock(int clock, struct timespec *now);

#define sched_yield   fake_yield
#define sched_getcpu  fake_core
#define clock_gettime fake_clock
#include "../../libipc/doorbell.c"
#include "../../libipc/page.c"

struct self ipc_self;

static struct state_page own, peers;
static struct channel ch;
static struct shm shm;
static uint64_t now_of_test = 1000000000;
static unsigned num_yields, num_sleeps;
static bool pending, pump_is_due; // set with the peer's answer; set without a doorbell
static bool rings_when_looked_at; // the doorbell rings, but no change is visible
static bool has_channel;

// When the peer gets the core, it keeps it for `takes_ns`. At every `answers_at`-th time (0: never)
// it answers, `answered_before_ns` before it gives the core back.
static struct {
    uint64_t takes_ns, answered_before_ns;
    unsigned answers_at;
} peer;

static void answer(uint64_t before_ns)
{
    atomic_fetch_add(&peers.peers[0].doorbell, 1);
    atomic_store(&peers.since_ns, now_of_test - before_ns);
    pending = true;
}

static int fake_yield(void)
{
    num_yields++;
    now_of_test += peer.takes_ns;
    if (peer.answers_at && num_yields % peer.answers_at == 0)
        answer(peer.answered_before_ns);
    return 0;
}

static int fake_core(void)
{
    return 0;
}

static int fake_clock(int clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = (time_t)(now_of_test / 1000000000);
    now->tv_nsec = (long)(now_of_test % 1000000000);
    return 0;
}

void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    (void)words, (void)count, (void)deadline_ns;
    ck_assert_uint_eq(atomic_load(&own.asleep), SLEEP_FUTEX);
    num_sleeps++;
    answer(0);
}

void futex_wake(_Atomic uint32_t *word)
{
    (void)word;
}

bool region_is_pending(const struct channel *channel)
{
    (void)channel;
    if (rings_when_looked_at)
        atomic_fetch_add(&peers.peers[0].doorbell, 1);
    return pending;
}

list_t *channel_all(void)
{
    static list_t all;
    list_init(&all);
    list_nullify(&ch.all);
    if (has_channel)
        list_push_back(&all, &ch.all);
    return &all;
}

unsigned channel_count(void)
{
    return 0;
}

list_t *region_keeping(void)
{
    static list_t none = {&none, &none};
    return &none;
}

bool region_pump_is_due(void)
{
    return pump_is_due;
}

error_t transport_send(int fd, const struct packet *packet, bool block, int attach)
{
    (void)fd, (void)packet, (void)block, (void)attach;
    return OK;
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    (void)fd, (void)packet, (void)wait, (void)fds, (void)max_fds, (void)num_fds;
    return ERR_WOULD_BLOCK;
}

void transport_unwatch(int fd)
{
    (void)fd;
}

static void prepare(int core_of_peer)
{
    ipc_self.page = &own;
    ch = (struct channel){.shm = &shm};
    ch.peer.page = &peers;
    ch.peer.line = &peers.peers[0];
    ch.peer.own = &own.peers[0];
    ch.doorbell.word = &peers.peers[0].doorbell;
    doorbell_spin_init(&ch.doorbell.spin);
    atomic_store(&peers.cpu, core_of_peer);
}

// Waits once. Returns how often the task gave the core away.
static unsigned wait_once(void)
{
    unsigned before = num_yields;
    doorbell_wait(&ch, channel_doorbell(&ch), 0);
    return num_yields - before;
}

// Waits until one wait gives the core away again. Returns the number of waits before it, which
// sleep at once.
static unsigned waits_without(void)
{
    unsigned n = 0;
    while (wait_once() == 0)
        n++;
    return n;
}

START_TEST(a_peer_that_answers_is_not_slept_for)
{
    prepare(0);
    peer.takes_ns = 1000;
    peer.answers_at = 1;
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(wait_once(), 1);
    ck_assert_uint_eq(num_sleeps, 0);
}
END_TEST

START_TEST(a_peer_that_does_not_answer_is_slept_for)
{
    prepare(0);
    peer.takes_ns = 1000;
    ck_assert_uint_eq(wait_once(), YIELDS);
    ck_assert_uint_eq(num_sleeps, 1);
    ck_assert_uint_eq(waits_without(), WITHOUT_VAIN);
}
END_TEST

START_TEST(a_core_that_comes_back_late_is_kept_more_and_more_often)
{
    prepare(0);
    // After the answer, a third task had the core.
    peer.takes_ns = peer.answered_before_ns = 3000000;
    peer.answers_at = 1;
    ck_assert_uint_eq(wait_once(), 1);
    ck_assert_uint_eq(waits_without(), WITHOUT_LATE);
    ck_assert_uint_eq(waits_without(), 3 * WITHOUT_LATE);
    ck_assert_uint_eq(waits_without(), 7 * WITHOUT_LATE);
    for (int i = 0; i < 5; i++)
        (void)waits_without();
    ck_assert_uint_eq(waits_without(), WITHOUT_MAX);
}
END_TEST

START_TEST(that_is_forgotten_when_it_has_helped_for_long)
{
    prepare(0);
    peer.takes_ns = peer.answered_before_ns = 3000000;
    peer.answers_at = 1;
    ck_assert_uint_eq(wait_once(), 1);
    peer.takes_ns = peer.answered_before_ns = 1000;
    (void)waits_without(); // the last of these waits gives the core away, which helps
    for (unsigned i = 1; i < YIELD_FORGIVING; i++)
        ck_assert_uint_eq(wait_once(), 1);
    peer.takes_ns = peer.answered_before_ns = 3000000;
    ck_assert_uint_eq(wait_once(), 1);
    ck_assert_uint_eq(waits_without(), WITHOUT_LATE);
}
END_TEST

START_TEST(a_peer_that_was_busy_itself_is_no_reason)
{
    prepare(0);
    peer.takes_ns = 3000000;
    peer.answered_before_ns = 1000;
    peer.answers_at = 1;
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(wait_once(), 1);
}
END_TEST

START_TEST(a_peer_on_another_core_is_not_given_ours)
{
    prepare(1);
    peer.answers_at = 1;
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(wait_once(), 0);
    ck_assert_uint_eq(num_sleeps, 100);
}
END_TEST

START_TEST(what_shows_without_the_doorbell_is_waited_for_awake)
{
    prepare(0);
    peer.answers_at = 2;
    pending = false;
    ck_assert(doorbell_await_pending(&ch));
    ck_assert_uint_eq(num_yields, 2);
    peer.answers_at = 0;
    pending = false;
    ck_assert(!doorbell_await_pending(&ch));
    ck_assert_uint_eq(num_yields, 2 + YIELDS);
    ck_assert_uint_eq(num_sleeps, 0);
    prepare(1);
    ck_assert(!doorbell_await_pending(&ch));
    pump_is_due = true; // a reply is kept for a peer that has made room
    ck_assert(doorbell_await_pending(&ch));
    pump_is_due = false;
    pending = true;
    ck_assert(doorbell_await_pending(&ch));
    ck_assert_uint_eq(num_sleeps, 0);
}
END_TEST

START_TEST(a_doorbell_that_rings_while_the_task_looks_keeps_it_from_its_sockets)
{
    prepare(0);
    has_channel = true;
    pending = false;
    ck_assert(doorbell_begin_socket_sleep());
    ck_assert_uint_eq(atomic_load(&own.asleep), SLEEP_SOCKET);
    rings_when_looked_at = true; // the change for which it rang is not visible yet
    ck_assert(!doorbell_begin_socket_sleep());
    rings_when_looked_at = false;
    pending = true;
    ck_assert(!doorbell_begin_socket_sleep());
    has_channel = false;
}
END_TEST

RUN_TESTS("doorbell", a_doorbell_that_rings_while_the_task_looks_keeps_it_from_its_sockets,
          what_shows_without_the_doorbell_is_waited_for_awake, a_peer_that_answers_is_not_slept_for,
          a_peer_that_does_not_answer_is_slept_for,
          a_core_that_comes_back_late_is_kept_more_and_more_often,
          that_is_forgotten_when_it_has_helped_for_long, a_peer_that_was_busy_itself_is_no_reason,
          a_peer_on_another_core_is_not_given_ours)
