// ipc_send_noblock delivers at once or not at all.

#include "scenario.h"

// Publishes that the caller is in an open receive, while it goes on running. The page of a receiver
// that was woken and has no core yet looks the same.
static void pretend_to_receive(void)
{
    atomic_store(&ipc_own_page()->wait, wait_word(WAIT_OPEN, 1, 0));
}

static void wait_for_b_then_look(void)
{
    task_t lead = meet("main");
    await_step(meet("b"));
    expect_nothing();
    step(lead);
}

static void let_a_go(void)
{
    task_t a = meet("a");
    await_step(meet("main"));
    step(a);
}

static void not_ready_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(a, WAIT_RECV, b));
    uint64_t sent = atomic_load(&ipc_own_page()->num_sent);
    struct message m = step_message(1);
    for (int i = 0; i < 100; i++)
        CHECK_ERR(ipc_send_noblock(a, &m), ERR_WOULD_BLOCK);
    struct message data = data_message("x", 1, 1);
    CHECK_ERR(ipc_send_noblock(a, &data), ERR_WOULD_BLOCK);
    CHECK(atomic_load(&ipc_own_page()->num_sent) == sent);
    step(b);
    await_step(a); // a has received no message of main's
}

static void receive_two(void)
{
    task_t lead = meet("main");
    struct message m;
    expect(lead, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 1);
    CHECK_OK(ipc_recv(lead, &m));
    CHECK_EQ(m.type, STAGE_DATA_MSG);
    CHECK(is_pattern(m.stage_data.data, m.stage_data.data_len, 3));
    free(m.stage_data.data);
}

static void ready_lead(void)
{
    task_t a = meet("a");
    struct message m = step_message(1);
    WAIT_UNTIL(waits(a, WAIT_OPEN, 0));
    CHECK_OK(ipc_send_noblock(a, &m));
    uint8_t *data = pattern(9999, 3);
    struct message with_data = data_message(data, 9999, 1);
    WAIT_UNTIL(waits(a, WAIT_RECV, task_self()));
    CHECK_OK(ipc_send_noblock(a, &with_data));
    free(data);
}

static void pretend_then_receive(void)
{
    task_t lead = meet("main");
    await_step(lead);
    pretend_to_receive();
    WAIT_UNTIL(waits(lead, WAIT_RECV, task_self())); // main has tried to send
    struct message m;
    expect(lead, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 1);
    expect_nothing(); // the second message was not sent
    step(lead);
    expect(lead, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 3);
}

static void second_untaken_lead(void)
{
    task_t a = meet("a");
    step(a);
    WAIT_UNTIL(waits(a, WAIT_OPEN, 0));
    struct message m = step_message(1);
    CHECK_OK(ipc_send_noblock(a, &m));
    m.stage_step.value = 2;
    CHECK_ERR(ipc_send_noblock(a, &m), ERR_WOULD_BLOCK);
    await_step(a);
    WAIT_UNTIL(waits(a, WAIT_OPEN, 0));
    m.stage_step.value = 3;
    CHECK_OK(ipc_send_noblock(a, &m));
}

static void hold_buffer_of_b(void)
{
    task_t b = meet("b");
    WAIT_UNTIL(waits(b, WAIT_OPEN, 0));
    hold_receive_buffer(b);
    step(meet("main"));
}

static void receive_a_step(void)
{
    struct message m;
    expect(meet("main"), STAGE_STEP_MSG, &m);
}

static void no_buffer_lead(void)
{
    task_t b = meet("b");
    await_step(meet("a"));
    struct message data = data_message("x", 1, 1);
    CHECK_ERR(ipc_send_noblock(b, &data), ERR_WOULD_BLOCK);
    struct message m = step_message(1);
    CHECK_OK(ipc_send_noblock(b, &m)); // a message without a payload needs no receive buffer
}

static void call_b(void)
{
    struct message m = {.type = STAGE_ASK_MSG};
    CHECK_OK(ipc_call(meet("b"), &m));
    CHECK_EQ(m.stage_ask_reply.value, 1);
}

static void serve_late(void)
{
    await_step(meet("main"));
    struct message m;
    expect(meet("a"), STAGE_ASK_MSG, &m);
    CHECK(serve_one(&m));
}

// A task inside ipc_call(b) receives from b alone.
static void caller_not_ready_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(a, WAIT_CALL, b));
    struct message m = step_message(1);
    CHECK_ERR(ipc_send_noblock(a, &m), ERR_WOULD_BLOCK);
    step(b);
}

const struct scenario noblock_scenarios[] = {
    SCENARIO(noblock_not_ready, .lead = not_ready_lead, .a = wait_for_b_then_look, .b = let_a_go),
    SCENARIO(noblock_ready, .lead = ready_lead, .a = receive_two),
    SCENARIO(noblock_second_untaken, .lead = second_untaken_lead, .a = pretend_then_receive),
    SOCKET_SCENARIO(noblock_no_receive_buffer, .lead = no_buffer_lead, .a = hold_buffer_of_b,
                    .b = receive_a_step),
    SCENARIO(noblock_to_a_caller, .lead = caller_not_ready_lead, .a = call_b, .b = serve_late),
    SCENARIOS_END,
};
