// Servers that call each other in a cycle. They wait for each other, as on a microkernel. The
// launcher reports the deadlock, and deadlock.sh looks for the report. The launcher ends no task,
// and no call fails.

#include "scenario.h"

static void call_next(const char *next)
{
    task_t lead = meet("main");
    task_t peer = meet(next);
    await_step(lead);
    struct message m = {.type = BLK_READ_MSG};
    CHECK_ERR(ipc_call(peer, &m), ERR_ABORTED); // main ends the cycle by killing d
    task_exit();                                // and that aborts the call to this task
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
    struct message m = {.type = TCPIP_CLOSED_MSG};
    CHECK_ERR(ipc_send(a, &m), ERR_ABORTED);
    task_exit();
}

// Starts the tasks of a cycle, the last of which is d, and lets two seconds pass. Meanwhile the
// launcher checks several times, which must change nothing.
static void watch_circle(const char *parts, enum wait_kind kind_of_d)
{
    task_t tasks[4];
    uint64_t words[4];
    size_t n = strlen(parts);
    for (size_t i = 0; i < n; i++) {
        tasks[i] = meet((char[]){parts[i], '\0'});
        step(tasks[i]);
    }
    for (size_t i = 0; i < n; i++) {
        enum wait_kind kind = parts[i] == 'd' ? kind_of_d : WAIT_CALL;
        WAIT_UNTIL(waits(tasks[i], kind, tasks[(i + 1) % n]));
        words[i] = atomic_load(&ipc_peer_page(tasks[i])->wait);
    }
    CHECK_OK(timer_set(2000));
    expect_notifications(NOTIFY_TIMER);
    for (size_t i = 0; i < n; i++)
        CHECK(atomic_load(&ipc_peer_page(tasks[i])->wait) == words[i]);
    CHECK_OK(task_destroy(meet("d")));
    for (size_t i = n; i > 0; i--)
        await_end(tasks[i - 1]);
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
    SCENARIO(deadlock_of_two, .lead = two_lead, .a = call_d, .d = call_a, .ends = "ad"),
    SCENARIO(deadlock_of_three, .lead = three_lead, .a = call_b, .b = call_d, .d = send_a,
             .ends = "abd"),
    SCENARIO(deadlock_of_four, .lead = four_lead, .a = call_b, .b = call_c, .c = call_d,
             .d = call_a, .ends = "abcd"),
    SCENARIOS_END,
};
