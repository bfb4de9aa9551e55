// ipc_notify and timer_set: notification bits in a page, and the task's one timer.

#include "scenario.h"

static void notify_when_told(void)
{
    task_t lead = meet("main");
    for (int bits; (bits = await_step(lead));)
        CHECK_OK(ipc_notify(lead, (notifications_t)bits));
}

static void step_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    step_value(lead, 1);
}

// Returns when the bits are set: when the task waits for the next step.
static void let_notify(task_t task, int bits)
{
    WAIT_UNTIL(waits(task, WAIT_RECV, task_self()));
    uint64_t word = atomic_load(&ipc_peer_page(task)->wait);
    step_value(task, bits);
    WAIT_UNTIL(waits(task, WAIT_RECV, task_self()) &&
               atomic_load(&ipc_peer_page(task)->wait) != word);
}

static void before_messages_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    step_until_sent(b);
    let_notify(a, NOTIFY_IRQ);
    struct message m;
    expect_notifications(NOTIFY_IRQ);
    expect(b, STAGE_STEP_MSG, &m);
    step(a);
}

static void not_in_closed_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    let_notify(a, NOTIFY_ABORTED);
    step_until_sent(b);
    await_step(b);
    check_serves(meet("c")); // a call receives no notification either
    expect_notifications(NOTIFY_ABORTED);
    expect_nothing();
    step(a);
    quit(meet("c"));
}

// A closed receive gets no notification, even from the task that it waits for.
static void from_the_same_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 10; i++) {
        step(a);
        await_step(a); // a sends this step after its notification
        expect_notifications(NOTIFY_IRQ);
        expect_nothing();
    }
}

static void notify_then_step(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < 10; i++) {
        await_step(lead);
        CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
        step(lead);
    }
}

static void merged_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    let_notify(a, 0x01);
    let_notify(b, 0x10);
    let_notify(a, 0x80);
    let_notify(a, 0x01);
    let_notify(b, 0x11);
    CHECK_OK(ipc_notify(task_self(), 0x20));
    expect_notifications(0xb1);
    expect_nothing();
    let_notify(b, 0x10); // b notifies again
    expect_notifications(0x10);
    expect_nothing();
    step(a);
    step(b);
}

static void await_notifications(void)
{
    task_t lead = meet("main");
    await_step(lead);
    expect_notifications(NOTIFY_IRQ | NOTIFY_ABORTED);
    expect_nothing();
    step(lead);
}

static void many_lead(void)
{
    task_t a = meet("a"); // a does not receive
    for (int i = 0; i < 100000; i++)
        CHECK_OK(ipc_notify(a, i % 2 ? NOTIFY_IRQ : NOTIFY_ABORTED));
    step(a);
    await_step(a);
}

static void wake_on_notification(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < 1000; i++) {
        expect_notifications(NOTIFY_IRQ);
        CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
    }
}

// Ping-pong with notifications alone. No notification is lost.
static void wakes_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(ipc_notify(a, NOTIFY_IRQ));
        expect_notifications(NOTIFY_IRQ);
    }
}

// --- Timers -------------------------------------------------------------------------------------

static void expect_timer_at(uint64_t at_ms)
{
    expect_notifications(NOTIFY_TIMER);
    CHECK(now_ms() >= at_ms);
}

static void fires_lead(void)
{
    for (int ms = 1; ms < 40; ms *= 3) {
        uint64_t at = now_ms() + (uint64_t)ms;
        CHECK_OK(timer_set(ms));
        expect_timer_at(at);
    }
    expect_nothing();
    CHECK_ERR(timer_set(-1), ERR_INVALID_ARG);
}

static void replaced_lead(void)
{
    uint64_t start = now_ms();
    CHECK_OK(timer_set(2));
    CHECK_OK(timer_set(60));
    expect_timer_at(start + 60);
    expect_nothing();
    CHECK_OK(timer_set(60000));
    CHECK_OK(timer_set(2));
    expect_timer_at(start + 62);
    CHECK(now_ms() < start + 30000);
}

// If a timer that has fired is replaced or stopped before its notification was received, that
// notification does not come.
static void stale_lead(void)
{
    uint64_t start = now_ms();
    CHECK_OK(timer_set(2));
    WAIT_UNTIL(now_ms() > start + 4);
    CHECK_OK(timer_set(60));
    expect_nothing();
    expect_timer_at(start + 64);
    CHECK_OK(timer_set(2));
    CHECK_OK(timer_set(0));
    start = now_ms();
    WAIT_UNTIL(now_ms() > start + 4);
    expect_nothing();
}

static void closed_timer_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    uint64_t start = now_ms();
    CHECK_OK(timer_set(1));
    WAIT_UNTIL(now_ms() > start + 2);
    step_until_sent(b);
    await_step(b);
    let_notify(a, NOTIFY_IRQ);
    expect_notifications(NOTIFY_TIMER | NOTIFY_IRQ);
    expect_nothing();
    step(a);
}

const struct scenario notify_scenarios[] = {
    SCENARIO(notifications_come_first, .lead = before_messages_lead, .a = notify_when_told,
             .b = step_when_told),
    SCENARIO(notifications_wait_for_an_open_receive, .lead = not_in_closed_lead,
             .a = notify_when_told, .b = step_when_told, .c = serve_until_quit),
    SCENARIO(notifications_survive_a_closed_receive, .lead = from_the_same_lead,
             .a = notify_then_step),
    SCENARIO(notifications_merge, .lead = merged_lead, .a = notify_when_told,
             .b = notify_when_told),
    SCENARIO(notifications_never_block, .lead = many_lead, .a = await_notifications),
    SCENARIO(notifications_wake, .lead = wakes_lead, .a = wake_on_notification),
    SCENARIO(timer_fires_once, .lead = fires_lead),
    SCENARIO(timer_is_replaced, .lead = replaced_lead),
    SCENARIO(timer_stale_firing_is_dropped, .lead = stale_lead),
    SCENARIO(timer_waits_for_an_open_receive, .lead = closed_timer_lead, .a = notify_when_told,
             .b = step_when_told),
    SCENARIOS_END,
};
