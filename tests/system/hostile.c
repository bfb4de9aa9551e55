// Tasks that write to their sockets directly and break the rules. The channel of such a task ends,
// and the other tasks go on.

#include <sys/socket.h>
#include "scenario.h"
#include "../../libipc/link.h"
#include "../../libipc/payload.h"

// Packets of a wrong size or of an unknown kind.
static void send_raw(task_t dst, size_t len, uint32_t word)
{
    static uint8_t bytes[4096];
    memcpy(bytes + 4, &word, sizeof(word));
    struct channel *ch = channel_find(dst);
    CHECK(ch);
    CHECK_EQ(send(ch->fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

// d serves until main and the other tasks of the scenario (three, or one) have sent it a quit.
static void serve_four(void)
{
    for (int i = 0; i < 4; i++)
        serve_until_quit();
    step(meet("main"));
}

static void serve_two(void)
{
    serve_until_quit();
    serve_until_quit();
    step(meet("main"));
}

static const struct {
    size_t len;
    uint32_t word;
} garbage[] = {
    {1, 0},
    {255, 0},
    {257, 0},
    {4096, 0},
    {256, 0},                            // kind 0, which does not exist
    {256, 0xffffffff},                   // an unknown kind
    {256, (uint32_t)WIRE_CONTROL << 28}, // only the launcher may send this kind
};
#define NUM_GARBAGE (int)(sizeof(garbage) / sizeof(garbage[0]))

static void send_garbage(void)
{
    task_t lead = meet("main");
    int i = await_step(lead);
    send_raw(lead, garbage[i].len, garbage[i].word);
    struct message m;
    CHECK_ERR(ipc_recv(lead, &m), ERR_ABORTED);
    check_serves(meet("d"));
    CHECK(IS_ERROR(ipc_send(lead, &m))); // the channel stays closed
    quit(meet("d"));
}

static void await_the_end_of_a_channel(const char *part, int i)
{
    task_t task = meet(part);
    step_value(task, i);
    struct message m;
    CHECK_ERR(ipc_recv(task, &m), ERR_ABORTED);
    CHECK(IS_ERROR(ipc_notify(task, 1)));
}

static void garbage_lead(int first)
{
    await_the_end_of_a_channel("a", first);
    await_the_end_of_a_channel("b", first + 1);
    await_the_end_of_a_channel("c", first + 2);
    check_serves(meet("d"));
}

static void quit_and_await(task_t d)
{
    quit(d);
    await_step(d);
}

static void garbage_sizes_lead(void)
{
    garbage_lead(0);
    quit_and_await(meet("d"));
}

static void garbage_kinds_lead(void)
{
    garbage_lead(4);
    quit_and_await(meet("d"));
}

// A task in an open receive is not disturbed.
static void garbage_in_open_receive_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    step_value(a, 1);
    step(b);
    struct message m;
    expect(b, STAGE_STEP_MSG, &m);
    expect_nothing();
    CHECK_ERR(ipc_recv(a, &m), ERR_ABORTED);
    quit_and_await(meet("d"));
}

static void step_late(void)
{
    task_t lead = meet("main");
    await_step(lead);
    WAIT_UNTIL(waits(lead, WAIT_OPEN, 0));
    step(lead);
}

// Replies to no call are dropped.
static void answer_unasked(void)
{
    task_t lead = meet("main");
    struct channel *ch = channel_find(lead);
    for (uint32_t ack = 0; ack < 40; ack++) {
        struct packet packet = {.type = STAGE_ASK_REPLY_MSG};
        enum wire_kind kind = ack % 3 == 0 ? WIRE_REPLY : ack % 3 == 1 ? WIRE_ACK : WIRE_NACK;
        CHECK_OK(link_send(ch, &packet, kind, 0, ack, true));
    }
    step(lead);
    serve_until_quit();
}

static void unasked_lead(void)
{
    task_t a = meet("a");
    await_step(a);
    for (int i = 0; i < 50; i++)
        check_serves(a);
    expect_nothing();
    quit(a);
}

// The same lies, told to vm. The payload descriptors of vm's clients hold addresses in the clients.
// vm must not use them as addresses of its own memory.
static void answer_vm_unasked(void)
{
    static const int types[] = {STAGE_ASK_REPLY_MSG, STAGE_SAY_REPLY_MSG, STAGE_FOUR_REPLY_MSG,
                                DISCOVERY_LOOKUP_MSG, OOL_SEND_REPLY_MSG};
    static const enum wire_kind kinds[] = {WIRE_REPLY, WIRE_ACK, WIRE_NACK};
    const struct payload mine = {(void *)0x4141414141414141, 16};
    struct channel *vm = channel_find(VM_TASK);
    struct message m = {.type = BENCHMARK_NOP_MSG};
    for (unsigned i = 0; i < 5 * 3 * 3; i++) {
        struct packet packet = {.type = types[i % 5]};
        for (unsigned k = 0; k < MSG_MAX_PAYLOADS; k++)
            memcpy(packet.raw + k * sizeof(mine), &mine, sizeof(mine));
        CHECK_OK(link_send(vm, &packet, kinds[i / 5 % 3], 0, i / 15, true));
    }
    CHECK_OK(ipc_call(VM_TASK, &m));
    step(meet("main"));
}

// A task sends more messages than it may have under way.
static void send_without_waiting(void)
{
    task_t lead = meet("main");
    await_step(lead);
    struct channel *ch = channel_find(lead);
    for (uint32_t seq = 1; seq < 50; seq++) {
        struct packet packet = {.type = STAGE_STEP_MSG};
        if (IS_ERROR(link_send(ch, &packet, WIRE_SEND, seq, 0, false)))
            break;
    }
    struct message m;
    error_t err;
    while ((err = ipc_recv(lead, &m)) == OK)
        CHECK_EQ(m.type, STAGE_HOLD_MSG);
    CHECK_ERR(err, ERR_ABORTED);
}

static void too_many_lead(void)
{
    task_t a = meet("a");
    step(a);
    struct message m = {.type = STAGE_HOLD_MSG};
    CHECK_ERR(ipc_call(a, &m), ERR_ABORTED);
    check_serves(meet("d"));
    quit(meet("d"));
}

// --- Payloads that differ from what their messages say ------------------------------------------

// Sends a message with a forged payload descriptor, and returns the receiver's answer.
static error_t send_descriptor(task_t dst, int type, vaddr_t id, size_t len)
{
    static uint32_t seq = 1000;
    struct channel *ch = channel_find(dst);
    struct packet packet = {.type = type};
    memcpy(packet.raw, &id, sizeof(id));
    memcpy(packet.raw + 8, &len, sizeof(len));
    CHECK_OK(link_send(ch, &packet, WIRE_SEND, ++seq, 0, true));
    for (;;) {
        switch (link_read(ch, &packet, -1, NULL)) {
        case IN_ANSWER:
            CHECK_EQ(wire_ack(packet.word), seq);
            return wire_kind(packet.word) == WIRE_ACK ? OK : packet.type;
        case IN_ENDED:
            return ERR_ABORTED;
        default:
            break;
        }
    }
}

static vaddr_t place(task_t dst, const void *data, size_t len)
{
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.addr = (vaddr_t)data;
    m.ool_send.len = len;
    CHECK_OK(ipc_call(VM_TASK, &m));
    return m.ool_send_reply.id;
}

static void lie_about_payloads(void)
{
    task_t lead = meet("main");
    CHECK(IS_ERROR(send_descriptor(lead, STAGE_TEXT_MSG, 0, 5)));
    CHECK(IS_ERROR(send_descriptor(lead, STAGE_TEXT_MSG, 0x1234, 5)));
    CHECK(IS_ERROR(send_descriptor(lead, STAGE_TEXT_MSG, (vaddr_t)&lead, SIZE_MAX)));
    vaddr_t id = place(lead, "12345", 5);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id + 1, 5), ERR_NOT_FOUND);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 4), ERR_INVALID_ARG);
    // The forged message has used up the reservation.
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 5), ERR_NOT_FOUND);
    id = place(lead, "12345", 5);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 500), ERR_INVALID_ARG);
    // A large false length also uses up the reservation, even where a small one does not.
    id = place(lead, "12345", 5);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, (size_t)8 << 20), ERR_INVALID_ARG);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 5), ERR_NOT_FOUND);
    // The number of payloads differs from the number that was placed.
    id = place(lead, "12345", 5);
    CHECK_ERR(send_descriptor(lead, STAGE_TWO_MSG, id, 5), ERR_INVALID_ARG);
    // Task b learns this id and uses it. That fails, because another task placed the payload.
    id = place(lead, "12345", 5);
    struct message m = data_message(&id, sizeof(id), 0);
    CHECK_ERR(ipc_call(meet("b"), &m), ERR_NOT_FOUND);
    // A correct message still works.
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, id, 5));
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 5), ERR_NOT_FOUND);
    step(lead);
}

static void steal_payload(void)
{
    task_t lead = meet("main");
    struct message m;
    vaddr_t id;
    expect(meet("a"), STAGE_DATA_MSG, &m);
    CHECK_EQ(m.stage_data.data_len, sizeof(id));
    memcpy(&id, m.stage_data.data, sizeof(id));
    free(m.stage_data.data);
    ipc_reply_err(meet("a"), send_descriptor(lead, STAGE_TEXT_MSG, id, 5));
}

static void lied_to_lead(void)
{
    struct message m;
    expect(meet("a"), STAGE_TEXT_MSG, &m); // and none of the forged messages
    CHECK(!strcmp(m.stage_text.text, "12345"));
    free(m.stage_text.text);
    expect(meet("a"), STAGE_STEP_MSG, &m);
    check_serves(meet("d"));
    quit(meet("d"));
}

// A string that was sent without a NUL gets one. A string with a NUL inside ends there.
static void send_unterminated(void)
{
    task_t lead = meet("main");
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, place(lead, "12345", 5), 5));
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, place(lead, "", 0), 0));
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, place(lead, "ab\0cd", 6), 6));
    static char huge[CONFIG_OOL_BUFFER_LEN];
    memset(huge, 'h', sizeof(huge));
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, place(lead, huge, sizeof(huge)), sizeof(huge)));
}

static void check_text(const char *text, size_t len)
{
    struct message m;
    expect(meet("a"), STAGE_TEXT_MSG, &m);
    CHECK(m.stage_text.text);
    CHECK_EQ(m.stage_text.text_len, len);
    CHECK_EQ(m.stage_text.text[len - 1], '\0');
    if (text)
        CHECK(!strcmp(m.stage_text.text, text));
    free(m.stage_text.text);
}

static void unterminated_lead(void)
{
    check_text("12345", 6);
    check_text("", 1);
    check_text("ab", 6);
    check_text(NULL, CONFIG_OOL_BUFFER_LEN + 1);
}

// vm has revoked a sender's reservation. The sender learns that it must place its payload again.
static void place_and_send_late(void)
{
    task_t lead = meet("main");
    await_step(lead);
    vaddr_t id = place(lead, "late", 5);
    CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
    await_step(lead);
    CHECK_ERR(send_descriptor(lead, STAGE_TEXT_MSG, id, 5), ERR_TRY_AGAIN);
    CHECK_OK(send_descriptor(lead, STAGE_TEXT_MSG, place(lead, "late", 5), 5));
}

static void send_data_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    struct message m = data_message("x", 1, 1);
    CHECK_OK(ipc_send(lead, &m));
}

static void revoked_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    struct message m;
    expect_nothing();
    step(a);
    expect_notifications(NOTIFY_IRQ);
    step(b);
    expect(b, STAGE_DATA_MSG, &m); // after the deadline
    free(m.stage_data.data);
    step(a);
    check_text("late", 5);
}

// A task sends a second request to vm while its first one is under way.
static void ask_vm_twice(void)
{
    task_t lead = meet("main");
    struct channel *vm = channel_find(VM_TASK);
    struct packet packet = {.type = DISCOVERY_LOOKUP_MSG};
    const char *name = "nobody-serves-this";
    struct message *m = (struct message *)(void *)&packet;
    m->discovery_lookup.name = STR(name);
    m->discovery_lookup.name_len = strlen(name) + 1;
    CHECK_OK(link_send(vm, &packet, WIRE_CALL, 9000, 0, true));
    struct message nop = {.type = BENCHMARK_NOP_MSG};
    CHECK_ERR(ipc_call(VM_TASK, &nop), ERR_IN_USE);
    CHECK_ERR(ipc_call(VM_TASK, &nop), ERR_IN_USE);
    step(lead);
}

static void vm_lives_lead(void)
{
    struct message m;
    expect(meet("a"), STAGE_STEP_MSG, &m);
    m = (struct message){.type = BENCHMARK_NOP_MSG};
    CHECK_OK(ipc_call(VM_TASK, &m));
}

// A message that claims to be a notification is refused. So a program need not check where a
// notification comes from.
static void forge_notifications(void)
{
    task_t lead = meet("main");
    struct message m = {.type = NOTIFICATIONS_MSG, .notifications.data = NOTIFY_TIMER};
    CHECK_ERR(ipc_send(lead, &m), ERR_INVALID_ARG);
    CHECK_ERR(ipc_call(lead, &m), ERR_INVALID_ARG);
    CHECK_ERR(async_send(lead, &m), ERR_INVALID_ARG);
    struct channel *ch = channel_find(lead);
    const enum wire_kind kinds[] = {WIRE_SEND, WIRE_CALL};
    for (int i = 0; i < 2; i++) {
        struct packet packet;
        memcpy(&packet, &m, sizeof(packet));
        CHECK_OK(link_send(ch, &packet, kinds[i], 1000 + (uint32_t)i, 0, true));
    }
    step(lead);
}

static void forged_notifications_lead(void)
{
    struct message m;
    expect(meet("a"), STAGE_STEP_MSG, &m);
    expect_nothing();
}

const struct scenario hostile_scenarios[] = {
    SOCKET_SCENARIO(garbage_sizes, .lead = garbage_sizes_lead, .a = send_garbage, .b = send_garbage,
                    .c = send_garbage, .d = serve_four, .ends = "abc"),
    SOCKET_SCENARIO(garbage_kinds, .lead = garbage_kinds_lead, .a = send_garbage, .b = send_garbage,
                    .c = send_garbage, .d = serve_four, .ends = "abc"),
    SOCKET_SCENARIO(garbage_in_an_open_receive, .lead = garbage_in_open_receive_lead,
                    .a = send_garbage, .b = step_late, .d = serve_two, .ends = "a"),
    SCENARIO(answers_that_nobody_asked_for, .lead = unasked_lead, .a = answer_unasked),
    SCENARIO(answers_that_vm_never_asked_for, .lead = vm_lives_lead, .a = answer_vm_unasked),
    SCENARIO(notifications_of_a_task, .lead = forged_notifications_lead, .a = forge_notifications),
    SCENARIO(too_many_messages_under_way, .lead = too_many_lead, .a = send_without_waiting,
             .d = serve_until_quit, .ends = "a"),
    SOCKET_SCENARIO(descriptors_that_lie, .lead = lied_to_lead, .a = lie_about_payloads,
                    .b = steal_payload, .d = serve_until_quit),
    SOCKET_SCENARIO(strings_are_always_terminated, .lead = unterminated_lead,
                    .a = send_unterminated),
    SOCKET_SCENARIO(revoked_reservation_is_tried_again, .lead = revoked_lead,
                    .a = place_and_send_late, .b = send_data_when_told),
    SCENARIO(second_request_to_vm, .lead = vm_lives_lead, .a = ask_vm_twice, .ends = "a"),
    SCENARIOS_END,
};
