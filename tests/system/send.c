// ipc_send waits until the receiver takes the message. Receivers serve senders in the order of
// their sends.

#include <limits.h>
#include "scenario.h"

// --- A send is a meeting ------------------------------------------------------------------------

static void send_one(void)
{
    task_t lead = meet("main");
    step_value(lead, 1);
    step_value(lead, 2);
}

static void blocks_lead(void)
{
    task_t a = meet("a");
    WAIT_UNTIL(waits(a, WAIT_SEND, task_self()) && num_sent(a) == 1);
    uint64_t word = atomic_load(&ipc_peer_page(a)->wait);
    for (int i = 0; i < 100; i++)
        let_others_run();
    CHECK(atomic_load(&ipc_peer_page(a)->wait) == word); // a is still in the same wait
    CHECK_EQ(await_step(a), 1);
    CHECK_EQ(await_step(a), 2);
}

static void sender_unchanged(void)
{
    uint8_t *data = pattern(5000, 1);
    struct message m = data_message(data, 5000, 7);
    struct message before = m;
    CHECK_OK(ipc_send(meet("main"), &m));
    CHECK(!memcmp(&m, &before, sizeof(m)));
    free(data);
}

static void unchanged_lead(void)
{
    struct message m;
    expect(meet("a"), STAGE_DATA_MSG, &m);
    CHECK(is_pattern(m.stage_data.data, m.stage_data.data_len, 1));
    free(m.stage_data.data);
}

// Unused bytes of a message, which hold data of the sender's stack, are never sent.
static void send_with_dirt(void)
{
    task_t lead = meet("main");
    struct message m;
    memset(&m, 0xaa, sizeof(m));
    m.type = STAGE_STEP_MSG;
    m.stage_step.value = 7;
    CHECK_OK(ipc_send(lead, &m));
    CHECK_OK(ipc_recv(lead, &m));
    memset(&m, 0xaa, sizeof(m));
    m.type = STAGE_ASK_REPLY_MSG;
    m.stage_ask_reply.value = 7;
    ipc_reply(lead, &m);
    await_step(lead);
}

static void check_clean(const struct message *m, size_t used)
{
    for (size_t i = used; i < sizeof(m->raw); i++)
        CHECK_EQ(m->raw[i], 0);
}

static void no_dirt_lead(void)
{
    task_t a = meet("a");
    struct message m;
    CHECK_OK(ipc_recv(a, &m));
    check_clean(&m, sizeof(m.stage_step.value));
    memset(&m, 0xaa, sizeof(m));
    m.type = STAGE_ASK_MSG;
    CHECK_OK(ipc_call(a, &m));
    CHECK_EQ(m.stage_ask_reply.value, 7);
    check_clean(&m, sizeof(m.stage_ask_reply.value));
    step(a);
}

// --- First come first served --------------------------------------------------------------------

static void send_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    step_value(lead, task_name()[0]);
}

static void fcfs_lead(void)
{
    const char *order = "dbac";
    for (const char *p = order; *p; p++)
        step_until_sent(meet((char[]){*p, '\0'}));
    for (const char *p = order; *p; p++) {
        struct message m;
        expect(meet((char[]){*p, '\0'}), STAGE_STEP_MSG, &m);
        CHECK_EQ(m.stage_step.value, *p);
    }
}

// --- Wrong destinations -------------------------------------------------------------------------

static error_t try_call(task_t dst)
{
    struct message m = step_message(0);
    return ipc_call(dst, &m);
}

static error_t try_send(task_t dst)
{
    struct message m = step_message(0);
    return ipc_send(dst, &m);
}

static error_t try_noblock(task_t dst)
{
    struct message m = step_message(0);
    return ipc_send_noblock(dst, &m);
}

static error_t try_notify(task_t dst)
{
    return ipc_notify(dst, 1);
}

static error_t try_async_send(task_t dst)
{
    struct message m = {.type = STAGE_ITEM_MSG};
    return async_send(dst, &m);
}

static error_t try_async_recv(task_t dst)
{
    struct message m;
    return async_recv(dst, &m);
}

static error_t try_recv(task_t src)
{
    struct message m;
    return ipc_recv(src, &m);
}

static const struct {
    const char *name;
    error_t (*call)(task_t);
    bool takes_self, takes_any;
} calls[] = {
    {"ipc_call", try_call, false, false},
    {"ipc_send", try_send, false, false},
    {"ipc_send_noblock", try_noblock, false, false},
    {"ipc_notify", try_notify, true, false},
    {"async_send", try_async_send, false, false},
    {"async_recv", try_async_recv, false, false},
    {"ipc_recv", try_recv, false, true},
};
#define NUM_CALLS (sizeof(calls) / sizeof(calls[0]))

static void check_nobody(task_t dst)
{
    for (size_t i = 0; i < NUM_CALLS; i++) {
        if (calls[i].takes_any && dst == IPC_ANY)
            continue;
        error_t err = calls[i].call(dst);
        if (err != ERR_INVALID_TASK)
            check_failed(__FILE__, __LINE__, "%s to task %d is %s", calls[i].name, dst,
                         err2str(err));
    }
}

static void bad_destinations_lead(void)
{
    static const task_t nobody[] = {0,    -1,      -2,          INT_MIN,     INT_MAX, 511,    512,
                                    1023, 1 << 10, 1 << 10 | 1, 7 << 10 | 2, 1 << 29, 1 << 30};
    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
        check_nobody(nobody[i]);
    for (size_t i = 0; i < NUM_CALLS; i++)
        CHECK_ERR(calls[i].call(task_self()), calls[i].takes_self ? OK : ERR_INVALID_ARG);
    expect_notifications(1); // the task notified itself
}

static void end_when_told(void)
{
    await_step(meet("main"));
    task_exit();
}

// The first send finds that the channel has ended. After that there is no such task.
static void dead_destination_lead(void)
{
    task_t a = meet("a");
    step(a);
    await_end(a);
    CHECK_ERR(try_recv(a), ERR_ABORTED);
    for (size_t i = 0; i < NUM_CALLS; i++) {
        if (calls[i].call != try_recv)
            CHECK_ERR(calls[i].call(a), ERR_INVALID_TASK);
    }
}

static void not_permitted_types_lead(void)
{
    task_t a = meet("a");
    struct message m = {.type = MSG_RESERVED_BITS | 1};
    CHECK_ERR(ipc_send(a, &m), ERR_INVALID_ARG);
    m.type = MSG_STR | 1; // this type has a string, but no payload
    CHECK_ERR(ipc_send(a, &m), ERR_INVALID_ARG);
    m.type = STAGE_TEXT_MSG;
    m.stage_text.text = NULL;
    CHECK_ERR(ipc_send(a, &m), ERR_INVALID_ARG);
    step(a);
}

static void take_one_step(void)
{
    await_step(meet("main"));
}

// --- Errors as messages -------------------------------------------------------------------------

static void send_errors(void)
{
    task_t lead = meet("main");
    struct message m = {.type = ERR_TOO_SMALL};
    CHECK_OK(ipc_send(lead, &m));
    await_step(lead);
    WAIT_UNTIL(waits(lead, WAIT_OPEN, 0));
    CHECK_OK(ipc_send_err(lead, ERR_EMPTY));
    CHECK_ERR(ipc_send_err(lead, 1), ERR_INVALID_ARG);
}

static void errors_lead(void)
{
    task_t a = meet("a");
    struct message m;
    CHECK_ERR(ipc_recv(IPC_ANY, &m), ERR_TOO_SMALL);
    CHECK_EQ(m.src, a);
    step(a);
    CHECK_ERR(ipc_recv(IPC_ANY, &m), ERR_EMPTY);
    CHECK_EQ(m.src, a);
}

const struct scenario send_scenarios[] = {
    SCENARIO(send_blocks_until_taken, .lead = blocks_lead, .a = send_one),
    SCENARIO(send_leaves_the_message, .lead = unchanged_lead, .a = sender_unchanged),
    SCENARIO(send_carries_no_stray_byte, .lead = no_dirt_lead, .a = send_with_dirt),
    SCENARIO(send_is_first_come_first_served, .lead = fcfs_lead, .a = send_when_told,
             .b = send_when_told, .c = send_when_told, .d = send_when_told),
    SCENARIO(send_to_nobody, .lead = bad_destinations_lead),
    SCENARIO(send_to_a_dead_task, .lead = dead_destination_lead, .a = end_when_told, .ends = "a"),
    SCENARIO(send_of_no_valid_type, .lead = not_permitted_types_lead, .a = take_one_step),
    SCENARIO(send_of_an_error, .lead = errors_lead, .a = send_errors),
    SCENARIOS_END,
};
