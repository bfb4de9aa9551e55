// Fairness: no ready sender is overtaken twice by the same other sender.

#include "scenario.h"

#define ROUNDS 2000

static void flood(void)
{
    task_t lead = meet("main");
    await_step(lead);
    for (int i = 0; i < ROUNDS; i++)
        step_value(lead, i);
}

static void flood_long(void)
{
    task_t lead = meet("main");
    await_step(lead);
    for (int i = 0; i < ROUNDS * 10; i++)
        step_value(lead, i);
}

static void flood_with_calls(void)
{
    task_t lead = meet("main");
    await_step(lead);
    struct message m;
    for (int i = 0; i < ROUNDS; i++) {
        m.type = STAGE_ASK_MSG;
        m.stage_ask.value = i;
        CHECK_OK(ipc_call(lead, &m));
    }
}

static void flood_with_data(void)
{
    task_t lead = meet("main");
    uint8_t *data = pattern(3000, 0);
    await_step(lead);
    for (int i = 0; i < ROUNDS; i++) {
        struct message m = data_message(data, 3000, i);
        CHECK_OK(ipc_send(lead, &m));
    }
    free(data);
}

#define NUM_FLOODERS 4
static struct flooder {
    task_t task;
    uint64_t sent;                 // its messages before the scenario
    int taken;                     // the messages of it that we have received
    int passed_over[NUM_FLOODERS]; // how often we served each other flooder since it became ready
} flooders[NUM_FLOODERS];

// Whether its next message is in our channel.
static bool is_ready(const struct flooder *f)
{
    return num_sent(f->task) - f->sent > (uint64_t)f->taken;
}

static void receive_fairly(void)
{
    bool ready[NUM_FLOODERS];
    for (int i = 0; i < NUM_FLOODERS; i++)
        ready[i] = flooders[i].taken < ROUNDS && is_ready(&flooders[i]);
    struct message m;
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    int served = 0;
    while (served < NUM_FLOODERS && flooders[served].task != m.src)
        served++;
    CHECK(served < NUM_FLOODERS);
    if (m.type == STAGE_DATA_MSG) {
        CHECK(is_pattern(m.stage_data.data, m.stage_data.data_len, 0));
        free(m.stage_data.data);
    }
    serve_one(&m);
    flooders[served].taken++;
    memset(flooders[served].passed_over, 0, sizeof(flooders[served].passed_over));
    for (int i = 0; i < NUM_FLOODERS; i++) {
        if (i == served || !ready[i])
            continue;
        if (++flooders[i].passed_over[served] > 1)
            check_failed(__FILE__, __LINE__, "%c was passed over twice by %c", 'a' + i,
                         'a' + served);
    }
}

static void fair_lead(void)
{
    for (int i = 0; i < NUM_FLOODERS; i++) {
        flooders[i].task = meet((char[]){(char)('a' + i), '\0'});
        WAIT_UNTIL(waits(flooders[i].task, WAIT_RECV, task_self()));
        flooders[i].sent = num_sent(flooders[i].task);
        step(flooders[i].task);
    }
    for (int i = 0; i < NUM_FLOODERS * ROUNDS; i++)
        receive_fairly();
}

// A task that sends without pause does not hold up notifications and the timer.
static void starving_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    step(a);
    CHECK_OK(timer_set(5));
    step(b);
    struct message m;
    notifications_t seen = 0;
    int taken = 0;
    while (seen != (NOTIFY_IRQ | NOTIFY_TIMER)) {
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == NOTIFICATIONS_MSG)
            seen |= m.notifications.data;
        else
            CHECK_EQ(m.stage_step.value, taken++);
    }
    CHECK(taken < ROUNDS * 10); // the sender still has messages to send
    while (taken < ROUNDS * 10) {
        expect(a, STAGE_STEP_MSG, &m);
        taken++;
    }
}

// Notifications come first, but do not overtake the same waiting sender twice.
static void passing_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    uint64_t before = num_sent(a) + num_sent(b);
    step(a);
    step(b);
    WAIT_UNTIL(num_sent(a) + num_sent(b) == before + 2);
    struct message m;
    CHECK_OK(ipc_notify(task_self(), NOTIFY_IRQ));
    expect_notifications(NOTIFY_IRQ);
    CHECK_OK(ipc_notify(task_self(), NOTIFY_IRQ));
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    CHECK_OK(ipc_recv(IPC_ANY, &m));
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    expect_notifications(NOTIFY_IRQ);
    expect_nothing();
}

static void step_when_stepped(void)
{
    task_t lead = meet("main");
    await_step(lead);
    step(lead);
}

static void notify_once(void)
{
    task_t lead = meet("main");
    await_step(lead);
    CHECK_OK(ipc_notify(lead, NOTIFY_IRQ));
}

const struct scenario fairness_scenarios[] = {
    SCENARIO(fair_to_senders, .lead = fair_lead, .a = flood, .b = flood, .c = flood, .d = flood),
    SCENARIO(fair_to_callers, .lead = fair_lead, .a = flood_with_calls, .b = flood,
             .c = flood_with_calls, .d = flood),
    SCENARIO(fair_to_payloads, .lead = fair_lead, .a = flood_with_data, .b = flood_with_data,
             .c = flood, .d = flood_with_calls),
    SCENARIO(notifications_pass_once, .lead = passing_lead, .a = step_when_stepped,
             .b = step_when_stepped),
    SCENARIO(no_starvation_of_notifications, .lead = starving_lead, .a = flood_long,
             .b = notify_once),
    SCENARIOS_END,
};
