// async_send, async_recv, async_reply: a queue in the sender, from which the receiver pulls.

#include "scenario.h"

static void send_item(task_t dst, int number)
{
    struct message m = {.type = STAGE_ITEM_MSG};
    m.stage_item.number = number;
    CHECK_OK(async_send(dst, &m));
}

// Answers pulls and the calls that serve_one() handles, until it receives a quit.
static void serve_pulls(void)
{
    for (;;) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == STAGE_QUIT_MSG)
            return;
        if (serve_one(&m))
            continue;
        CHECK_EQ(m.type, ASYNC_MSG);
        (void)async_reply(m.src);
    }
}

static void pull_item(task_t src, int number)
{
    struct message m;
    CHECK_OK(async_recv(src, &m));
    CHECK_EQ(m.type, STAGE_ITEM_MSG);
    CHECK_EQ(m.src, src);
    CHECK_EQ(m.stage_item.number, number);
}

static void pull_nothing(task_t src)
{
    struct message m;
    CHECK_ERR(async_recv(src, &m), ERR_EMPTY);
}

#define MANY 10000

static void send_many(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < MANY; i++)
        send_item(lead, i);
    CHECK(!async_is_empty(lead));
    serve_pulls();
    CHECK(async_is_empty(lead));
}

// Each pull brings one message. A notification follows while more are queued.
static void many_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < MANY; i++) {
        expect_notifications(NOTIFY_ASYNC);
        pull_item(a, i);
    }
    expect_nothing();
    pull_nothing(a);
    quit(a);
}

#define PAIRS 2000

static void answer_pull_of(task_t dst)
{
    struct message m;
    CHECK_OK(ipc_recv(dst, &m));
    CHECK_EQ(m.type, ASYNC_MSG);
    CHECK_OK(async_reply(dst));
}

// The second message of a pair is queued, with its notification, while the first is pulled.
static void send_pairs(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < PAIRS; i++) {
        struct message m;
        send_item(lead, 2 * i);
        CHECK_OK(ipc_recv(lead, &m));
        CHECK_EQ(m.type, ASYNC_MSG);
        send_item(lead, 2 * i + 1);
        CHECK_OK(async_reply(lead));
        answer_pull_of(lead);
    }
    serve_pulls();
}

// Each notification stands for a message: a program need not expect ERR_EMPTY.
static void pairs_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 2 * PAIRS; i++) {
        expect_notifications(NOTIFY_ASYNC);
        pull_item(a, i);
    }
    expect_nothing();
    quit(a);
}

static void send_too_many(void)
{
    task_t lead = meet("main");
    CHECK(async_is_empty(lead));
    for (int i = 0; i < 16384; i++)
        send_item(lead, i);
    struct message m = {.type = STAGE_ITEM_MSG};
    CHECK_ERR(async_send(lead, &m), ERR_NO_MEMORY);
    CHECK_ERR(async_send(lead, &m), ERR_NO_MEMORY);
    task_t b = meet("b");
    send_item(b, 1); // this queue has room
    step(lead);
    CHECK_OK(ipc_recv(lead, &m));
    CHECK_EQ(m.type, ASYNC_MSG);
    CHECK_OK(async_reply(lead));
    send_item(lead, 16384); // there is room again
    serve_pulls();
}

static void bounded_lead(void)
{
    task_t a = meet("a");
    await_step(a);
    for (int i = 0; i < 16385; i++)
        pull_item(a, i);
    pull_nothing(a);
    await_step(meet("b"));
    quit(a);
}

static void pull_one(void)
{
    task_t a = meet("a");
    expect_notifications(NOTIFY_ASYNC);
    pull_item(a, 1);
    pull_nothing(a);
    step(meet("main"));
}

// --- Silence ------------------------------------------------------------------------------------

static void be_silent_then_serve(void)
{
    task_t lead = meet("main");
    task_t b = meet("b");
    for (int i = 0; i < 3; i++)
        send_item(lead, i);
    await_step(b);
    serve_pulls();
}

static void step_a_when_told(void)
{
    task_t a = meet("a");
    await_step(meet("main"));
    step(a);
}

static void silent_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    struct message m;
    expect_notifications(NOTIFY_ASYNC);
    uint64_t start = now_ms();
    CHECK_ERR(async_recv(a, &m), ERR_TIMEOUT);
    CHECK(now_ms() - start >= 900 && now_ms() - start < 8000);
    step(b);
    for (int i = 0; i < 3; i++)
        pull_item(a, i);
    pull_nothing(a);
    quit(a);
}

// The payloads of a queue are bounded together when the receiver does not fetch them.
static void bytes_lead(void)
{
    task_t a = meet("a");
    uint8_t *data = pattern(1 << 20, 0);
    for (int i = 0; i < 16; i++) {
        struct message m = data_message(data, 1 << 20, i);
        CHECK_OK(async_send(a, &m));
    }
    struct message m = data_message(data, 1, 0);
    CHECK_ERR(async_send(a, &m), ERR_NO_MEMORY);
    CHECK_EQ(async_queued(a), 16);
    send_item(a, 0); // has no payload
    CHECK_EQ(async_queued(a), 17);
    free(data);
    step(a);
}

static void just_await_step(void)
{
    await_step(meet("main"));
}

// A server that does not handle pulls itself: discard_unknown_message() does.
static void serve_after_sending(void)
{
    send_item(meet("main"), 5);
    serve_until_quit();
}

static void unaware_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect_notifications(NOTIFY_ASYNC);
    pull_item(a, 5);
    CHECK_ERR(async_recv(a, &m), ERR_NOT_ACCEPTABLE);
    check_serves(a);
    quit(a);
}

// Answers all calls before it answers the pull, which came first.
static void leave_the_pull_open(void)
{
    task_t lead = meet("main");
    struct message m;
    for (;;) {
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == STAGE_STEP_MSG)
            break;
        if (m.type != ASYNC_MSG)
            CHECK(serve_one(&m));
    }
    send_item(lead, 7);
    CHECK_OK(async_reply(lead));
    CHECK_ERR(async_reply(lead), ERR_WOULD_BLOCK);
    serve_pulls();
}

// Sequence numbers wrap around while a pull is under way.
static void come_round_lead(void)
{
    task_t a = meet("a");
    struct message m;
    CHECK_ERR(async_recv(a, &m), ERR_TIMEOUT);
    for (int i = 0; i <= WIRE_SEQ_MASK; i++)
        check_serves(a);
    step(a);
    pull_item(a, 7);
    pull_nothing(a);
    quit(a);
}

// The source sends a message instead of answering. The message waits for a receive, and the pull
// for its answer.
static void send_instead_of_answering(void)
{
    task_t lead = meet("main");
    send_item(lead, 1);
    step_value(lead, 99);
    serve_pulls();
}

static void crossed_lead(void)
{
    task_t a = meet("a");
    struct message m;
    WAIT_UNTIL(waits(a, WAIT_SEND, task_self()));
    CHECK_ERR(async_recv(a, &m), ERR_TIMEOUT);
    expect_notifications(NOTIFY_ASYNC);
    expect(a, STAGE_STEP_MSG, &m);
    CHECK_EQ(m.stage_step.value, 99);
    pull_item(a, 1);
    quit(a);
}

static void dead_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect_notifications(NOTIFY_ASYNC);
    step(meet("b")); // then b lets a end
    CHECK_ERR(async_recv(a, &m), ERR_ABORTED);
    CHECK_ERR(async_recv(a, &m), ERR_INVALID_TASK);
    m.type = STAGE_ITEM_MSG;
    CHECK_ERR(async_send(a, &m), ERR_INVALID_TASK);
}

static void end_a_when_told(void)
{
    task_t a = meet("a");
    task_t lead = meet("main");
    await_step(lead);
    WAIT_UNTIL(waits(lead, WAIT_CALL, a));
    step(a);
}

static void end_when_stepped(void)
{
    task_t lead = meet("main");
    send_item(lead, 1);
    await_step(meet("b"));
    task_exit();
}

// --- Payloads and the rest ----------------------------------------------------------------------

static void send_parcels(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < 200; i++) {
        uint8_t *data = pattern((size_t)i * 97, (unsigned)i);
        struct message m = {.type = STAGE_PARCEL_MSG};
        m.stage_parcel.data = data;
        m.stage_parcel.data_len = (size_t)i * 97;
        m.stage_parcel.number = i;
        CHECK_OK(async_send(lead, &m));
        memset(data, 0xee, (size_t)i * 97); // the queue must have copied the payload
        free(data);
    }
    serve_pulls();
}

static void parcels_lead(void)
{
    task_t a = meet("a");
    for (int i = 0; i < 200; i++) {
        struct message m;
        expect_notifications(NOTIFY_ASYNC);
        CHECK_OK(async_recv(a, &m));
        CHECK_EQ(m.type, STAGE_PARCEL_MSG);
        CHECK_EQ(m.stage_parcel.number, i);
        CHECK_EQ(m.stage_parcel.data_len, i * 97);
        CHECK(is_pattern(m.stage_parcel.data, m.stage_parcel.data_len, (unsigned)i));
        free(m.stage_parcel.data);
    }
    quit(a);
}

static void be_silent_with_a_parcel(void)
{
    uint8_t *data = pattern(5000, 3);
    struct message m = {.type = STAGE_PARCEL_MSG};
    m.stage_parcel.data = data;
    m.stage_parcel.data_len = 5000;
    CHECK_OK(async_send(meet("main"), &m));
    free(data);
    await_step(meet("b"));
    serve_pulls();
}

// The answer to a pull comes while the receiver is in a call to the same task. Its payload occupies
// the buffer that the answers of later calls need, and its sender has freed the message.
static void late_parcel_lead(void)
{
    task_t a = meet("a");
    struct message m;
    expect_notifications(NOTIFY_ASYNC);
    CHECK_ERR(async_recv(a, &m), ERR_TIMEOUT);
    step(meet("b"));
    for (unsigned seed = 10; seed < 13; seed++) {
        m = (struct message){.type = STAGE_MAKE_MSG};
        m.stage_make.len = 6000;
        m.stage_make.seed = seed;
        CHECK_OK(ipc_call(a, &m));
        CHECK_EQ(m.type, STAGE_MAKE_REPLY_MSG);
        CHECK(is_pattern(m.stage_make_reply.data, 6000, seed));
        free(m.stage_make_reply.data);
    }
    // The notification came before the pull timed out. A receiver that pulls only when it is
    // notified must be notified again.
    expect_notifications(NOTIFY_ASYNC);
    CHECK_OK(async_recv(a, &m));
    CHECK_EQ(m.type, STAGE_PARCEL_MSG);
    CHECK(is_pattern(m.stage_parcel.data, 5000, 3));
    free(m.stage_parcel.data);
    pull_nothing(a);
    quit(a);
}

static void refuse_async_lead(void)
{
    task_t a = meet("a");
    struct message m = {.type = ERR_EMPTY};
    CHECK_ERR(async_send(a, &m), ERR_INVALID_ARG);
    m.type = MSG_STR | 3;
    CHECK_ERR(async_send(a, &m), ERR_INVALID_ARG);
    CHECK(async_is_empty(a));
    pull_nothing(a);
    quit(a);
}

const struct scenario async_scenarios[] = {
    SCENARIO(async_ten_thousand_in_order, .lead = many_lead, .a = send_many),
    SCENARIO(async_notifies_for_messages_alone, .lead = pairs_lead, .a = send_pairs),
    SCENARIO(async_is_bounded, .lead = bounded_lead, .a = send_too_many, .b = pull_one),
    SCENARIO(async_silent_source, .lead = silent_lead, .a = be_silent_then_serve,
             .b = step_a_when_told),
    SCENARIO(async_bytes_are_bounded, .lead = bytes_lead, .a = just_await_step),
    SCENARIO(async_source_that_is_unaware, .lead = unaware_lead, .a = serve_after_sending),
    SCENARIO(async_numbers_come_round, .lead = come_round_lead, .a = leave_the_pull_open),
    SCENARIO(async_source_that_sends, .lead = crossed_lead, .a = send_instead_of_answering),
    SCENARIO(async_dead_source, .lead = dead_lead, .a = end_when_stepped, .b = end_a_when_told,
             .ends = "a"),
    SCENARIO(async_payloads, .lead = parcels_lead, .a = send_parcels),
    SCENARIO(async_late_payload, .lead = late_parcel_lead, .a = be_silent_with_a_parcel,
             .b = end_a_when_told),
    SCENARIO(async_refuses_what_is_no_message, .lead = refuse_async_lead, .a = serve_pulls),
    SCENARIOS_END,
};
