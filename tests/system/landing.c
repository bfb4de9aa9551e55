// Receive buffers: which tasks may reserve them, wait for them and get them back.

#include "scenario.h"

static void send_data(task_t dst, int number)
{
    uint8_t *data = pattern(1000, (unsigned)number);
    struct message m = data_message(data, 1000, number);
    CHECK_OK(ipc_send(dst, &m));
    free(data);
}

static void check_data(struct message *m, int number)
{
    CHECK_EQ(m->type, STAGE_DATA_MSG);
    CHECK_EQ(m->stage_data.number, number);
    CHECK_EQ(m->stage_data.data_len, 1000);
    CHECK(is_pattern(m->stage_data.data, 1000, (unsigned)number));
    free(m->stage_data.data);
}

static bool is_blocked(task_t task)
{
    const struct state_page *page = ipc_peer_page(task);
    return page && atomic_load(&page->blocked_in_vm);
}

static uint32_t num_blocked(task_t dst)
{
    return atomic_load(&ipc_peer_page(VM_TASK)->blocked[TASK_SLOT(dst)]);
}

// Holds main's buffer until it is told to end, or for ever.
static void hold_main(void)
{
    task_t lead = meet("main");
    await_step(lead);
    hold_receive_buffer(lead);
    CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
    await_step(lead);
}

static void send_data_when_told(void)
{
    task_t lead = meet("main");
    await_step(lead);
    send_data(lead, task_name()[0]);
}

// a holds the buffer; then the others block in the order b, c, d.
static void hold_and_block(const char *others)
{
    step(meet("a"));
    expect_notifications(NOTIFY_IRQ); // a closed receive would give a the closed buffer
    for (uint32_t n = 1; *others; others++, n++) {
        step(meet((char[]){*others, '\0'}));
        WAIT_UNTIL(num_blocked(task_self()) == n);
    }
}

static void expect_data_of(char part)
{
    struct message m;
    expect(meet((char[]){part, '\0'}), STAGE_DATA_MSG, &m);
    check_data(&m, part);
}

// Registers the receive buffers, which the first receive does.
static void warm_up(void)
{
    expect_nothing();
}

// A task that places a payload and never sends the message does not block others for ever.
static void placed_never_sent_lead(void)
{
    warm_up();
    hold_and_block("bcd");
    uint64_t start = now_ms();
    expect_data_of('b');
    expect_data_of('c');
    expect_data_of('d');
    CHECK(now_ms() - start < 5000);
    CHECK_EQ(num_blocked(task_self()), 0);
    step(meet("a"));
}

// A reservation ends with its holder.
static void holder_dies_lead(void)
{
    warm_up();
    hold_and_block("bc");
    kill_and_wait(meet("a"));
    expect_data_of('b');
    expect_data_of('c');
}

// The deadline runs only while the receiver's page says that it receives: a busy receiver takes
// no reservation away from other tasks.
static void busy_receiver_lead(void)
{
    warm_up();
    hold_and_block("b");
    uint64_t start = now_ms();
    WAIT_UNTIL(now_ms() - start > 400); // four times the deadline
    CHECK_EQ(num_blocked(task_self()), 1);
    kill_and_wait(meet("a"));
    expect_data_of('b');
}

// A timer wakes the receiver more often than the deadline. The receiver takes all messages each
// time.
static void woken_receiver_lead(void)
{
    warm_up();
    hold_and_block("b");
    struct message m;
    uint64_t start = now_ms();
    do {
        CHECK(now_ms() - start < 10000);
        CHECK_OK(timer_set(10));
        CHECK_OK(ipc_recv(IPC_ANY, &m));
    } while (m.type == NOTIFICATIONS_MSG);
    CHECK_OK(timer_set(0));
    CHECK_EQ(m.src, meet("b"));
    check_data(&m, 'b');
    kill_and_wait(meet("a"));
}

static void blocked_dies_lead(void)
{
    warm_up();
    hold_and_block("bcd");
    CHECK_OK(task_destroy(meet("c")));
    WAIT_UNTIL(num_blocked(task_self()) == 2);
    kill_and_wait(meet("a"));
    expect_data_of('b');
    expect_data_of('d');
}

// In a closed receive, the payload of the awaited task arrives, whichever task holds the open
// buffer.
static void call_past_holder_lead(void)
{
    warm_up();
    hold_and_block("c");
    task_t b = meet("b");
    for (unsigned i = 0; i < 20; i++) {
        uint8_t *data = pattern(3000, i);
        struct message m = {.type = STAGE_ECHO_MSG};
        m.stage_echo.data = data;
        m.stage_echo.data_len = 3000;
        CHECK_OK(ipc_call(b, &m));
        CHECK_EQ(m.stage_echo_reply.data_len, 3000);
        CHECK(is_pattern(m.stage_echo_reply.data, 3000, i));
        free(m.stage_echo_reply.data);
        free(data);
    }
    quit(b);
    kill_and_wait(meet("a"));
    expect_data_of('c');
}

// A closed receive waits for a sender that is blocked already. Its payload is fetched.
static void fetch_blocked_lead(void)
{
    warm_up();
    hold_and_block("bcd");
    struct message m;
    CHECK_OK(ipc_recv(meet("d"), &m));
    check_data(&m, 'd');
    CHECK_OK(ipc_recv(meet("b"), &m));
    check_data(&m, 'b');
    CHECK_EQ(num_blocked(task_self()), 1);
    CHECK(is_blocked(meet("c")));
    kill_and_wait(meet("a"));
    expect_data_of('c');
}

// Several senders wait for the buffer of a task that dies. Each gets an error.
static void block_for_d(void)
{
    task_t lead = meet("main");
    task_t d = meet("d");
    await_step(lead);
    struct message m = data_message("x", 1, 1);
    CHECK_ERR(ipc_send(d, &m), ERR_ABORTED);
}

static void hold_d(void)
{
    task_t lead = meet("main");
    task_t d = meet("d");
    await_step(lead);
    hold_receive_buffer(d);
    step(lead);
    await_step(lead);
}

static void receive_once_then_wait(void)
{
    expect_nothing();
    await_step(meet("main"));
    CHECK(!"main does not say so");
}

static void receiver_dies_lead(void)
{
    task_t d = meet("d");
    WAIT_UNTIL(waits(d, WAIT_RECV, task_self()));
    task_t a = meet("a");
    step(a);
    await_step(a);
    step(meet("b"));
    WAIT_UNTIL(num_blocked(d) == 1);
    step(meet("c"));
    WAIT_UNTIL(num_blocked(d) == 2);
    kill_and_wait(d);
    step(a);
}

// The program registers its own memory as receive buffers, without the library. The library then
// asks vm for each payload.
static void send_three_when_told(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < 3; i++) {
        await_step(lead);
        for (int k = 0; k < 3; k++)
            send_data(lead, 3 * i + k);
    }
}

static void register_own(enum ool_region region, void *addr, size_t len)
{
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.region = region;
    m.ool_recv.addr = (vaddr_t)addr;
    m.ool_recv.len = len;
    CHECK_OK(ipc_call(VM_TASK, &m));
}

static void own_memory_lead(void)
{
    task_t a = meet("a");
    warm_up();
    static _Alignas(PAGE_SIZE) uint8_t own[4 * PAGE_SIZE];
    struct message m;
    register_own(OOL_REGION_STANDING, own, 2000);
    step(a);
    for (int i = 0; i < 3; i++) {
        expect(a, STAGE_DATA_MSG, &m);
        check_data(&m, i);
    }
    step(a);
    for (int i = 3; i < 6; i++) { // these use the closed buffer
        CHECK_OK(ipc_recv(a, &m));
        check_data(&m, i);
    }
    step(a);
    for (int i = 6; i < 9; i++) {
        register_own(OOL_REGION_SINGLE, own + 100, 1000); // holds one payload
        expect(a, STAGE_DATA_MSG, &m);
        check_data(&m, i);
    }
}

// --- A file server that calls a disk server ------------------------------------------------------

#define FS_ROUNDS 5000 // rounds of each client

static void disk(void)
{
    serve_until_quit();
}

static void call_with_payload(task_t server, unsigned seed)
{
    size_t len = seed * 37 % 6000;
    uint8_t *data = pattern(len, seed);
    struct message m = {.type = STAGE_ECHO_MSG};
    m.stage_echo.data = data;
    m.stage_echo.data_len = len;
    CHECK_OK(ipc_call(server, &m));
    CHECK_EQ(m.type, STAGE_ECHO_REPLY_MSG);
    CHECK_EQ(m.stage_echo_reply.data_len, len);
    CHECK(is_pattern(m.stage_echo_reply.data, len, seed));
    free(m.stage_echo_reply.data);
    free(data);
}

static void fs_client(void)
{
    task_t fs = meet("a");
    for (unsigned i = 0; i < FS_ROUNDS; i++)
        call_with_payload(fs, i);
    quit(fs);
}

static void fs_server(void)
{
    task_t disk_task = meet("b");
    unsigned seed = 0;
    for (int clients = 2; clients > 0;) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == STAGE_QUIT_MSG) {
            clients--;
            continue;
        }
        call_with_payload(disk_task, seed++ % 777);
        CHECK(serve_one(&m));
    }
    quit(disk_task);
    step(meet("main"));
}

static void fs_lead(void)
{
    await_step(meet("a"));
}

const struct scenario landing_scenarios[] = {
    SOCKET_SCENARIO(placed_and_never_sent, .lead = placed_never_sent_lead, .a = hold_main,
                    .b = send_data_when_told, .c = send_data_when_told, .d = send_data_when_told),
    SOCKET_SCENARIO(holder_of_a_buffer_dies, .lead = holder_dies_lead, .a = hold_main,
                    .b = send_data_when_told, .c = send_data_when_told, .ends = "a"),
    SOCKET_SCENARIO(busy_receiver_revokes_nobody, .lead = busy_receiver_lead, .a = hold_main,
                    .b = send_data_when_told, .ends = "a"),
    SOCKET_SCENARIO(woken_receiver_revokes, .lead = woken_receiver_lead, .a = hold_main,
                    .b = send_data_when_told, .ends = "a"),
    SOCKET_SCENARIO(blocked_sender_dies, .lead = blocked_dies_lead, .a = hold_main,
                    .b = send_data_when_told, .c = send_data_when_told, .d = send_data_when_told,
                    .ends = "ac"),
    SOCKET_SCENARIO(closed_receive_past_a_holder, .lead = call_past_holder_lead, .a = hold_main,
                    .b = serve_until_quit, .c = send_data_when_told, .ends = "a"),
    SOCKET_SCENARIO(closed_receive_of_a_blocked_sender, .lead = fetch_blocked_lead, .a = hold_main,
                    .b = send_data_when_told, .c = send_data_when_told, .d = send_data_when_told,
                    .ends = "a"),
    SOCKET_SCENARIO(receiver_of_blocked_senders_dies, .lead = receiver_dies_lead, .a = hold_d,
                    .b = block_for_d, .c = block_for_d, .d = receive_once_then_wait, .ends = "d"),
    SOCKET_SCENARIO(memory_of_the_program, .lead = own_memory_lead, .a = send_three_when_told),
    SCENARIO(file_server_that_calls_a_disk, .lead = fs_lead, .a = fs_server, .b = disk,
             .c = fs_client, .d = fs_client),
    SCENARIOS_END,
};
