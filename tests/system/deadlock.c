// Servers that call each other in a circle. They wait for each other, as on a microkernel; the
// launcher says so (deadlock.sh looks for that), and nobody is failed or killed for it.

#include "scenario.h"

static void call_next(const char *next)
{
    task_t lead = meet("main");
    task_t peer = meet(next);
    await_step(lead);
    struct message m = {.type = STAGE_HOLD_MSG};
    CHECK_ERR(ipc_call(peer, &m), ERR_ABORTED); // main ends it by killing d
}

static void call_a(void)
{
    call_next("a");
}

static void call_b(void)
{
    call_next("b");
}

static void call_c(void)
{
    call_next("c");
}

static void call_d(void)
{
    call_next("d");
}

static void send_a(void)
{
    task_t lead = meet("main");
    task_t a = meet("a");
    await_step(lead);
    step(a);
}

// Starts the tasks of a circle, the last of which is d, and lets two seconds pass: several looks
// of the launcher. Nothing may have happened to them by then.
static void watch_circle(const char *parts, enum wait_kind kind_of_d)
{
    uint64_t words[4];
    size_t n = strlen(parts);
    for (size_t i = 0; i < n; i++)
        step(meet((char[]){parts[i], '\0'}));
    for (size_t i = 0; i < n; i++) {
        task_t task = meet((char[]){parts[i], '\0'});
        task_t next = meet((char[]){parts[(i + 1) % n], '\0'});
        WAIT_UNTIL(waits(task, parts[i] == 'd' ? kind_of_d : WAIT_CALL, next));
        words[i] = atomic_load(&ipc_peer_page(task)->wait);
    }
    CHECK_OK(timer_set(2000));
    expect_notifications(NOTIFY_TIMER);
    for (size_t i = 0; i < n; i++)
        CHECK(atomic_load(&ipc_peer_page(meet((char[]){parts[i], '\0'}))->wait) == words[i]);
    CHECK_OK(task_destroy(meet("d")));
}

static void two_lead(void)
{
    watch_circle("ad", WAIT_CALL);
}

static void three_lead(void)
{
    watch_circle("abd", WAIT_SEND);
}

static void four_lead(void)
{
    watch_circle("abcd", WAIT_CALL);
}

const struct scenario deadlock_scenarios[] = {
    SCENARIO(deadlock_of_two, .lead = two_lead, .a = call_d, .d = call_a, .ends = "d"),
    SCENARIO(deadlock_of_three, .lead = three_lead, .a = call_b, .b = call_d, .d = send_a,
             .ends = "d"),
    SCENARIO(deadlock_of_four, .lead = four_lead, .a = call_b, .b = call_c, .c = call_d,
             .d = call_a, .ends = "d"),
    SCENARIOS_END,
};
