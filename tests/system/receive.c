// ipc_recv in open and in closed receives.

#include "scenario.h"

static void step_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    step_value(lead, task_name()[0]);
}

static void closed_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    task_t c = meet("c");
    step_until_sent(a);
    step_until_sent(b);
    step_until_sent(c);
    CHECK_EQ(await_step(c), 'c');
    CHECK_EQ(await_step(a), 'a');
    expect_notifications(NOTIFY_IRQ); // from b, to which main has not sent yet
    struct message m;
    expect(b, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 'b');
    expect_nothing();
}

static void notify_and_step_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
    step_value(lead, 'b');
}

static void noblock_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect_nothing();
    CHECK_ERR(sys_ipc(0, a, &m, IPC_RECV | IPC_NOBLOCK), ERR_WOULD_BLOCK);
    step_until_sent(a);
    CHECK_OK(sys_ipc(0, a, &m, IPC_RECV | IPC_NOBLOCK));
    CHECK_EQ(m.stage_step.value, 'a');
    CHECK_ERR(sys_ipc(0, a, &m, IPC_RECV | IPC_NOBLOCK), ERR_WOULD_BLOCK);
    expect_nothing();
}

// No task can send a message in another task's name.
static void forge(void)
{
    struct message m = step_message(0);
    m.src = KERNEL_TASK;
    CHECK_OK(ipc_send(meet("main"), &m));
    m.src = meet("b");
    CHECK_OK(ipc_send(meet("main"), &m));
}

static void forged_lead(void)
{
    struct message m;
    task_t a = meet("a");
    expect(a, STAGE_STEP_MSG, &m);
    expect(a, STAGE_STEP_MSG, &m);
    step(meet("b"));
}

static void just_await_step(void)
{
    await_step(meet("main"));
}

// A task's page says what the task waits for, and counts its messages.
static void page_lead(void)
{
    task_t a = meet("a");
    const struct state_page *page = ipc_peer_page(a);
    WAIT_UNTIL(waits(a, WAIT_RECV, task_self()));
    uint32_t episode = wait_word_episode(atomic_load(&page->wait));
    uint64_t received = atomic_load(&page->num_received);
    step(a);
    WAIT_UNTIL(waits(a, WAIT_OPEN, 0));
    CHECK(wait_word_episode(atomic_load(&page->wait)) != episode);
    CHECK(atomic_load(&page->num_received) == received + 1);
    CHECK_EQ(atomic_load(&page->last_type), STAGE_STEP_MSG);
    CHECK_EQ(atomic_load(&page->last_src), task_self());
    CHECK_OK(ipc_notify(a, 1));
    WAIT_UNTIL(waits(a, WAIT_CALL, task_self()));
    CHECK_EQ(atomic_load(&page->wait_type), STAGE_HOLD_MSG);
    struct message m;
    expect(a, STAGE_HOLD_MSG, &m);
    ipc_reply_err(a, ERR_EMPTY);
    // The page names the last request that the task received, for the report of its end. An answer
    // that the task gets later does not count.
    expect(a, STAGE_HOLD_MSG, &m);
    received = atomic_load(&page->num_received);
    m.type = STAGE_HOLD_REPLY_MSG;
    ipc_reply(a, &m);
    expect(a, STAGE_STEP_MSG, &m);
    CHECK(atomic_load(&page->num_received) == received + 1);
    CHECK_EQ(atomic_load(&page->last_type), STAGE_STEP_MSG);
    CHECK_EQ(atomic_load(&page->last_src), task_self());
}

static void wait_in_three_ways(void)
{
    task_t lead = meet("main");
    await_step(lead);
    expect_notifications(1);
    struct message m = {.type = STAGE_HOLD_MSG};
    CHECK_ERR(ipc_call(lead, &m), ERR_EMPTY);
    m.type = STAGE_HOLD_MSG;
    CHECK_OK(ipc_call(lead, &m));
    step(lead);
}

const struct scenario receive_scenarios[] = {
    SCENARIO(receive_from_one_leaves_the_others, .lead = closed_lead, .a = step_when_told,
             .b = notify_and_step_when_told, .c = step_when_told),
    SCENARIO(receive_without_waiting, .lead = noblock_lead, .a = step_when_told),
    SCENARIO(receive_knows_the_sender, .lead = forged_lead, .a = forge, .b = just_await_step),
    SCENARIO(receive_shows_in_the_page, .lead = page_lead, .a = wait_in_three_ways),
    SCENARIOS_END,
};
