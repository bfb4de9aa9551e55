// A peer dies during each kind of call. The call returns ERR_ABORTED and never hangs.
//
// In each scenario b waits for a step of main and dies there; a is in the call that is tested.
// main kills b when a's page says that a waits.

#include "scenario.h"

static void victim(void)
{
    await_step(meet("main"));
    CHECK(!"main does not say so");
}

static void kill_b_while_a(enum wait_kind kind)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(b, WAIT_RECV, task_self()));
    step(a);
    WAIT_UNTIL(waits(a, kind, b));
    kill_and_wait(b);
}

static void kill_in_send_lead(void)
{
    kill_b_while_a(WAIT_SEND);
}

static void kill_in_call_lead(void)
{
    kill_b_while_a(WAIT_CALL);
}

static void kill_in_recv_lead(void)
{
    kill_b_while_a(WAIT_RECV);
}

static task_t meet_b_and_await_start(void)
{
    task_t b = meet("b");
    await_step(meet("main"));
    return b;
}

static void in_send(void)
{
    struct message m = step_message(0);
    CHECK_ERR(ipc_send(meet_b_and_await_start(), &m), ERR_ABORTED);
}

static void in_send_of_data(void)
{
    uint8_t *data = pattern(5000, 0);
    struct message m = data_message(data, 5000, 0);
    CHECK_ERR(ipc_send(meet_b_and_await_start(), &m), ERR_ABORTED);
    free(data);
}

static void in_call(void)
{
    uint8_t *data = pattern(5000, 0);
    struct message m = {.type = STAGE_ECHO_MSG};
    m.stage_echo.data = data;
    m.stage_echo.data_len = 5000;
    CHECK_ERR(ipc_call(meet_b_and_await_start(), &m), ERR_ABORTED);
    CHECK(m.stage_echo.data == data && m.stage_echo.data_len == 5000);
    free(data);
}

static void in_recv(void)
{
    struct message m;
    CHECK_ERR(ipc_recv(meet_b_and_await_start(), &m), ERR_ABORTED);
}

static void in_async_recv(void)
{
    struct message m;
    CHECK_ERR(async_recv(meet_b_and_await_start(), &m), ERR_ABORTED);
}

// --- b took the call, and never answers ---------------------------------------------------------

static void take_a_call(void)
{
    struct message m;
    expect(meet("a"), STAGE_HOLD_MSG, &m);
    step(meet("main"));
    victim();
}

static void taken_call_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    await_step(b);
    CHECK(waits(a, WAIT_CALL, b));
    WAIT_UNTIL(waits(b, WAIT_RECV, task_self()));
    kill_and_wait(b);
}

static void in_taken_call(void)
{
    struct message m = {.type = STAGE_HOLD_MSG};
    CHECK_ERR(ipc_call(meet("b"), &m), ERR_ABORTED);
}

// --- b is dead already, and we have a channel to it ---------------------------------------------

static void kill_b_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(b, WAIT_RECV, task_self()) && waits(a, WAIT_RECV, task_self()));
    kill_and_wait(b);
    step(a);
}

static void check_dead(error_t err)
{
    if (err != ERR_ABORTED && err != ERR_INVALID_TASK)
        check_failed(__FILE__, __LINE__, "of a dead task, the call says %s", err2str(err));
}

static void call_the_dead(void)
{
    struct message m = {.type = STAGE_ASK_MSG};
    check_dead(ipc_call(meet_b_and_await_start(), &m));
}

static void send_to_the_dead(void)
{
    struct message m = data_message("x", 1, 1);
    check_dead(ipc_send(meet_b_and_await_start(), &m));
}

static void noblock_to_the_dead(void)
{
    task_t b = meet_b_and_await_start();
    struct message m = step_message(0);
    // Until main notices the end of b, it knows b's page alone, which does not say that b is dead.
    CHECK(IS_ERROR(ipc_send_noblock(b, &m)));
    check_dead(ipc_recv(b, &m));
    check_dead(ipc_send_noblock(b, &m));
}

static void notify_the_dead(void)
{
    task_t b = meet_b_and_await_start();
    struct message m;
    for (int i = 0; i < 1000; i++)
        (void)ipc_notify(b, NOTIFY_IRQ);
    check_dead(ipc_recv(b, &m));
    check_dead(ipc_notify(b, NOTIFY_IRQ));
}

static void async_send_to_the_dead(void)
{
    task_t b = meet_b_and_await_start();
    struct message m = {.type = STAGE_ITEM_MSG};
    for (int i = 0; i < 1000; i++) {
        error_t err = async_send(b, &m); // main has not noticed the end of b yet
        if (err != OK)
            check_dead(err);
    }
    check_dead(async_recv(b, &m));
    check_dead(ipc_recv(b, &m));
    m.type = STAGE_ITEM_MSG;
    check_dead(async_send(b, &m));
    (void)async_reply(b);
}

static void reply_to_the_dead(void)
{
    task_t b = meet_b_and_await_start();
    struct message m = {.type = STAGE_ASK_REPLY_MSG};
    ipc_reply(b, &m);
    ipc_reply_err(b, ERR_EMPTY);
    check_dead(ipc_recv(b, &m));
    ipc_reply(b, &m);
    check_dead(ipc_send_err(b, ERR_EMPTY));
}

// --- An open receive goes on --------------------------------------------------------------------

static void open_receive(void)
{
    task_t lead = meet("main");
    meet("b");
    meet("c");
    await_step(lead);
    struct message m;
    expect(meet("c"), STAGE_STEP_MSG, &m);
}

static void open_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(b, WAIT_RECV, task_self()));
    step(a);
    WAIT_UNTIL(waits(a, WAIT_OPEN, 0));
    kill_and_wait(b);
    CHECK(waits(a, WAIT_OPEN, 0));
    step(meet("c"));
    await_step(meet("c")); // c's call comes before a is asked for its end
}

static void step_a_when_told(void)
{
    task_t a = meet("a");
    task_t lead = meet("main");
    await_step(lead);
    step(a);
    step(lead);
}

// --- Last words ---------------------------------------------------------------------------------

// A message that was accepted before its sender died is delivered, and notifications of the dead
// task are not lost.
static void leave_words(void)
{
    task_t lead = meet("main");
    await_step(lead);
    CHECK_OK(ipc_notify(lead, NOTIFY_ABORTED));
    WAIT_UNTIL(waits(lead, WAIT_OPEN, 0));
    struct message m = step_message(12);
    CHECK_OK(ipc_send_noblock(lead, &m));
    task_exit();
}

static void words_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(b, WAIT_RECV, task_self())); // so b has a channel to a
    step(a);
    atomic_store(&ipc_own_page()->wait, wait_word(WAIT_OPEN, 0, 0)); // main pretends to receive
    WAIT_UNTIL(num_sent(a) == 1);
    step(b);
    await_step(b); // b has seen the end of a
    expect_notifications(NOTIFY_ABORTED);
    struct message m;
    expect(a, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 12);
    expect_nothing();
    CHECK_ERR(ipc_recv(a, &m), ERR_ABORTED);
}

static void notify_and_end(void)
{
    task_t lead = meet("main");
    await_step(lead);
    CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
    task_exit();
}

static void last_notification_lead(void)
{
    task_t a = meet("a");
    step(a);
    await_end(a);
    expect_notifications(NOTIFY_IRQ);
}

static void see_a_end(void)
{
    task_t a = meet("a");
    task_t lead = meet("main");
    await_step(lead);
    await_end(a);
    step(lead);
}

const struct scenario death_scenarios[] = {
    SCENARIO(dead_in_send, .lead = kill_in_send_lead, .a = in_send, .b = victim, .ends = "b"),
    SCENARIO(dead_in_send_of_a_payload, .lead = kill_in_send_lead, .a = in_send_of_data,
             .b = victim, .ends = "b"),
    SCENARIO(dead_in_call, .lead = kill_in_call_lead, .a = in_call, .b = victim, .ends = "b"),
    SCENARIO(dead_in_taken_call, .lead = taken_call_lead, .a = in_taken_call, .b = take_a_call,
             .ends = "b"),
    SCENARIO(dead_in_recv, .lead = kill_in_recv_lead, .a = in_recv, .b = victim, .ends = "b"),
    SCENARIO(dead_in_async_recv, .lead = kill_in_call_lead, .a = in_async_recv, .b = victim,
             .ends = "b"),
    SCENARIO(dead_before_call, .lead = kill_b_lead, .a = call_the_dead, .b = victim, .ends = "b"),
    SCENARIO(dead_before_send, .lead = kill_b_lead, .a = send_to_the_dead, .b = victim,
             .ends = "b"),
    SCENARIO(dead_before_noblock, .lead = kill_b_lead, .a = noblock_to_the_dead, .b = victim,
             .ends = "b"),
    SCENARIO(dead_before_notify, .lead = kill_b_lead, .a = notify_the_dead, .b = victim,
             .ends = "b"),
    SCENARIO(dead_before_async_send, .lead = kill_b_lead, .a = async_send_to_the_dead, .b = victim,
             .ends = "b"),
    SCENARIO(dead_before_reply, .lead = kill_b_lead, .a = reply_to_the_dead, .b = victim,
             .ends = "b"),
    SCENARIO(dead_beside_an_open_receive, .lead = open_lead, .a = open_receive, .b = victim,
             .c = step_a_when_told, .ends = "b"),
    SCENARIO(dead_leaves_its_messages, .lead = words_lead, .a = leave_words, .b = see_a_end,
             .ends = "a"),
    SCENARIO(dead_leaves_its_notifications, .lead = last_notification_lead, .a = notify_and_end,
             .ends = "a"),
    SCENARIOS_END,
};
