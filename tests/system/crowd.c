// A server with 64 clients.

#include "scenario.h"

#define NUM_CLIENTS 64
#define NUM_CALLS   20
// More channels than one futex_waitv can wait for: see DOORBELL_MAX_CHANNELS.
#define NUM_PEERS 130

static task_t launch(const char *line)
{
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = STR(line);
    CHECK_OK(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.type, TASK_LAUNCH_REPLY_MSG);
    CHECK(m.task_launch_reply.task > 0);
    return m.task_launch_reply.task;
}

static int find_client(const task_t *clients, task_t task)
{
    for (int i = 0; i < NUM_CLIENTS; i++) {
        if (clients[i] == task)
            return i;
    }
    check_failed(__FILE__, __LINE__, "task %d is no client", task);
}

static void crowd_lead(void)
{
    task_t clients[NUM_CLIENTS];
    int served[NUM_CLIENTS] = {0};
    for (int i = 0; i < NUM_CLIENTS; i++)
        clients[i] = launch("test_scenario crowd_of_clients guest");
    for (int done = 0; done < NUM_CLIENTS;) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        int client = find_client(clients, m.src);
        if (m.type == STAGE_QUIT_MSG) {
            CHECK_EQ(served[client], 2 * NUM_CALLS);
            done++;
        } else {
            served[client]++;
            CHECK(serve_one(&m));
        }
    }
}

// The part of each guest. Guests are launched; the suite file does not name them. The suite's own
// task a has no part and exits.
static void guest(void)
{
    if (!strcmp(task_argv()[2], "a"))
        exit(EXIT_SUCCESS);
    task_t lead = meet("main");
    for (unsigned i = 0; i < NUM_CALLS; i++) {
        check_serves(lead);
        uint8_t *data = pattern(1000, i + (unsigned)task_self());
        struct message m = {.type = STAGE_ECHO_MSG};
        m.stage_echo.data = data;
        m.stage_echo.data_len = 1000;
        CHECK_OK(ipc_call(lead, &m));
        CHECK_EQ(m.stage_echo_reply.data_len, 1000);
        CHECK(!memcmp(m.stage_echo_reply.data, data, 1000));
        free(m.stage_echo_reply.data);
        free(data);
    }
    quit(lead);
}

// A server with more channels than futex_waitv takes sleeps on its sockets; packets wake it.
static void peers_lead(void)
{
    int joined = 0, left = 0;
    for (int i = 0; i < NUM_PEERS; i++)
        launch("test_scenario more_peers_than_one_call_waits_for guest");
    task_t peers[NUM_PEERS];
    while (joined < NUM_PEERS) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        CHECK_EQ(m.type, STAGE_STEP_MSG);
        peers[joined++] = m.src;
    }
    for (int i = 0; i < NUM_PEERS; i++)
        step(peers[i]);
    while (left < NUM_PEERS) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        left += m.type == STAGE_QUIT_MSG;
        if (m.type != STAGE_QUIT_MSG)
            CHECK(serve_one(&m));
    }
}

static void peer(void)
{
    if (!strcmp(task_argv()[2], "a"))
        exit(EXIT_SUCCESS);
    task_t lead = meet("main");
    step(lead);
    await_step(lead);
    for (int i = 0; i < 10; i++) {
        WAIT_UNTIL(waits(lead, WAIT_OPEN, 0));
        check_serves(lead);
    }
    quit(lead);
}

// A launched program that gets arguments has the rights of a program that is not in the suite file.
static void launched_lead(void)
{
    task_t task = launch("test_scenario launched_with_arguments guest 'two words' ''");
    CHECK_EQ(await_step(task), 5);
    struct message m = {.type = TASK_LAUNCH_MSG};
    static char huge[5000];
    memset(huge, 'x', sizeof(huge) - 1);
    m.task_launch.name_and_cmdline = huge;
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_TOO_LARGE);
    m.task_launch.name_and_cmdline = STR("");
    CHECK(IS_ERROR(ipc_call(VM_TASK, &m)));
}

static void launched_guest(void)
{
    if (!strcmp(task_argv()[2], "a"))
        exit(EXIT_SUCCESS);
    CHECK(!strcmp(task_argv()[3], "two words"));
    CHECK(!strcmp(task_argv()[4], ""));
    CHECK_EQ(task_rights(), 0);
    CHECK_ERR(ipc_serve("guest"), ERR_NOT_PERMITTED);
    step_value(meet("main"), task_argc());
}

const struct scenario crowd_scenarios[] = {
    SCENARIO(crowd_of_clients, .lead = crowd_lead, .a = guest, .ends = "a"),
    SCENARIO(more_peers_than_one_call_waits_for, .lead = peers_lead, .a = peer, .ends = "a"),
    SCENARIO(launched_with_arguments, .lead = launched_lead, .a = launched_guest, .ends = "a"),
    SCENARIOS_END,
};
