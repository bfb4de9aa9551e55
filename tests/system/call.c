// ipc_call, ipc_replyrecv and ipc_reply, with answers that cannot be delivered.

#include <sys/mman.h>
#include "scenario.h"

static void call_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 100; i++)
        check_serves(a);
    quit(a);
}

// --- Errors -------------------------------------------------------------------------------------

static void answer_with_errors(void)
{
    struct message m;
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    ipc_reply_err(m.src, ERR_IN_USE);
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    task_t client = m.src;
    ipc_free_payloads(&m);
    m.type = ERR_END;
    ipc_reply(client, &m);
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    ipc_free_payloads(&m);
    ipc_reply_err(m.src, DONT_REPLY); // DONT_REPLY sends nothing
    ipc_reply_err(m.src, ERR_UNAVAILABLE);
}

static void errors_lead(void)
{
    task_t a = meet("a");
    struct message m = {.type = STAGE_ASK_MSG};
    CHECK_ERR(ipc_call(a, &m), ERR_IN_USE);
    uint8_t *data = pattern(100, 0);
    m.type = STAGE_ECHO_MSG;
    m.stage_echo.data = data;
    m.stage_echo.data_len = 100;
    CHECK_ERR(ipc_call(a, &m), ERR_END);
    CHECK(m.stage_echo.data == data && m.stage_echo.data_len == 100);
    CHECK(is_pattern(m.stage_echo.data, 100, 0));
    CHECK_ERR(ipc_call(a, &m), ERR_UNAVAILABLE);
    CHECK(m.stage_echo.data == data);
    free(data);
}

// An error can be an answer. A call with an error is refused, and the server goes on.
static void error_request_lead(void)
{
    task_t a = meet("a");
    struct message m = {.type = ERR_NOT_FOUND};
    CHECK_ERR(ipc_call(a, &m), ERR_INVALID_ARG);
    CHECK_OK(ipc_send(a, &m));
    m.type = STAGE_ASK_REPLY_MSG; // a reply to no call
    CHECK_OK(ipc_send(a, &m));
    m.type = STAGE_ASK_REPLY_MSG;
    CHECK_ERR(ipc_call(a, &m), ERR_NOT_ACCEPTABLE);
    m.type = 0x7e57;
    CHECK_ERR(ipc_call(a, &m), ERR_NOT_ACCEPTABLE);
    check_serves(a);
    quit(a);
}

// --- replyrecv ----------------------------------------------------------------------------------

static void serve_by_replyrecv(void)
{
    struct message m;
    CHECK_OK(ipc_replyrecv(-1, &m));
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(m.type, STAGE_ASK_MSG);
        int value = m.stage_ask.value;
        m.type = STAGE_ASK_REPLY_MSG;
        m.stage_ask_reply.value = value + 1;
        CHECK_OK(ipc_replyrecv(m.src, &m));
    }
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    // The replies fail, because there is no such task, b does not wait, or the destination is the
    // caller itself. The task receives the next message in each case.
    static const task_t nobody[] = {511, -7, 0};
    for (int i = 0; i < 3; i++) {
        m = step_message(0);
        CHECK_OK(ipc_replyrecv(nobody[i], &m));
        CHECK_EQ(m.type, STAGE_STEP_MSG);
    }
    m = step_message(0);
    CHECK_OK(ipc_replyrecv(task_self(), &m));
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    m = step_message(0);
    CHECK_OK(ipc_replyrecv(meet("main"), &m)); // main waits for no answer
    CHECK_EQ(m.type, STAGE_STEP_MSG);
}

static void replyrecv_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 100; i++)
        check_serves(a);
    for (int i = 0; i < 6; i++)
        step(a);
}

static void reply_to_the_dead_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    struct message m;
    expect(b, STAGE_HOLD_MSG, &m);
    task_t client = m.src;
    WAIT_UNTIL(waits(a, WAIT_RECV, b));
    CHECK_OK(task_destroy(b));
    await_step(a); // a has seen the end of b, and main has not noticed it yet
    m.type = STAGE_HOLD_REPLY_MSG;
    m.stage_hold_reply.value = 1;
    ipc_reply(client, &m);
    ipc_reply_err(client, ERR_EMPTY);
    expect(a, STAGE_ASK_MSG, &m);
    CHECK(serve_one(&m));
}

static void see_b_end_then_ask(void)
{
    task_t lead = meet("main");
    await_end(meet("b"));
    step(lead);
    check_serves(lead);
}

static void hold(void)
{
    struct message m = {.type = STAGE_HOLD_MSG};
    error_t err = ipc_call(meet("main"), &m);
    check_failed(__FILE__, __LINE__, "the call returned: %s", err2str(err));
}

// --- Replies that cannot be placed --------------------------------------------------------------

static void ask_too_much(void) // d's receive buffer has 8 KiB
{
    task_t lead = meet("main");
    struct message m = {.type = STAGE_MAKE_MSG};
    m.stage_make.len = 8192;
    m.stage_make.seed = 5;
    CHECK_OK(ipc_call(lead, &m));
    CHECK_EQ(m.stage_make_reply.data_len, 8192);
    CHECK(is_pattern(m.stage_make_reply.data, 8192, 5));
    free(m.stage_make_reply.data);
    m = (struct message){.type = STAGE_MAKE_MSG};
    m.stage_make.len = 8193;
    CHECK_ERR(ipc_call(lead, &m), ERR_TOO_LARGE);
    check_serves(lead);
    quit(lead);
}

static void ask_unreadable(void)
{
    task_t lead = meet("main");
    struct message m = {.type = STAGE_ECHO_MSG};
    m.stage_echo.data = STR("x");
    m.stage_echo.data_len = 1;
    CHECK_ERR(ipc_call(lead, &m), ERR_INVALID_ARG);
    check_serves(lead);
}

static void unreadable_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect(a, STAGE_ECHO_MSG, &m);
    free(m.stage_echo.data);
    void *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(hole != MAP_FAILED);
    m.type = STAGE_ECHO_REPLY_MSG;
    m.stage_echo_reply.data = hole;
    m.stage_echo_reply.data_len = 10;
    ipc_reply(a, &m);
    expect(a, STAGE_ASK_MSG, &m);
    CHECK(serve_one(&m));
}

// --- A message instead of a reply ---------------------------------------------------------------

static void call_for_a_message(void)
{
    task_t lead = meet("main");
    struct message m = {.type = STAGE_HOLD_MSG};
    CHECK_OK(ipc_call(lead, &m));
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    CHECK_EQ(m.stage_step.value, 77);
    m = (struct message){.type = STAGE_HOLD_MSG};
    CHECK_ERR(ipc_call(lead, &m), ERR_TIMEOUT);
    check_serves(lead);
}

static void message_for_reply_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect(a, STAGE_HOLD_MSG, &m);
    step_value(a, 77); // a takes this send in place of a reply
    expect(a, STAGE_HOLD_MSG, &m);
    CHECK_OK(ipc_send_err(a, ERR_TIMEOUT));
    expect(a, STAGE_ASK_MSG, &m);
    CHECK(serve_one(&m));
}

// A caller does not take a message for its answer if the callee sent that message before it took
// the call.
static void call_while_it_sends(void)
{
    task_t lead = meet("main");
    await_step(lead);
    struct message m = {.type = STAGE_ASK_MSG};
    m.stage_ask.value = 1;
    CHECK_OK(ipc_call(lead, &m));
    CHECK_EQ(m.type, STAGE_ASK_REPLY_MSG);
    CHECK_EQ(m.stage_ask_reply.value, 2);
    expect(lead, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 5);
}

static void sends_before_lead(void)
{
    task_t a = meet("a");
    step(a);
    WAIT_UNTIL(waits(a, WAIT_CALL, task_self()));
    struct message m = step_message(5);
    // a waits until its call is taken, so it does not receive yet.
    CHECK_ERR(ipc_send_noblock(a, &m), ERR_WOULD_BLOCK);
    expect(a, STAGE_ASK_MSG, &m);
    CHECK(serve_one(&m));
    step_value(a, 5);
}

const struct scenario call_scenarios[] = {
    SCENARIO(call_answers, .lead = call_lead, .a = serve_until_quit),
    SCENARIO(call_returns_errors, .lead = errors_lead, .a = answer_with_errors),
    SCENARIO(call_with_an_error_or_a_reply, .lead = error_request_lead, .a = serve_until_quit),
    SCENARIO(replyrecv_receives_anyway, .lead = replyrecv_lead, .a = serve_by_replyrecv),
    SCENARIO(reply_to_a_dead_client, .lead = reply_to_the_dead_lead, .a = see_b_end_then_ask,
             .b = hold, .ends = "b"),
    SCENARIO(reply_too_large_for_the_caller, .lead = serve_until_quit, .d = ask_too_much),
    SOCKET_SCENARIO(reply_of_unreadable_memory, .lead = unreadable_lead, .a = ask_unreadable),
    SCENARIO(call_answered_by_a_message, .lead = message_for_reply_lead, .a = call_for_a_message),
    SCENARIO(call_of_one_who_sends, .lead = sends_before_lead, .a = call_while_it_sends),
    SCENARIOS_END,
};
