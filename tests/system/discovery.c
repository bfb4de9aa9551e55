// ipc_serve and ipc_lookup: tasks that have a name, and tasks that wait for one.

#include "scenario.h"

static void look_up_late(void)
{
    task_t task = ipc_lookup("late");
    CHECK_EQ(task, meet("main"));
}

static void waits_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(a, WAIT_CALL, VM_TASK) && waits(b, WAIT_CALL, VM_TASK));
    CHECK_EQ(atomic_load(&ipc_peer_page(a)->wait_type), DISCOVERY_LOOKUP_MSG);
    CHECK_OK(ipc_serve("late"));
}

static void timeout_lead(void)
{
    ipc_set_lookup_timeout(60);
    uint64_t start = now_ms();
    CHECK_ERR(ipc_lookup("nobody"), ERR_TIMEOUT);
    uint64_t took = now_ms() - start;
    CHECK(took >= 60 && took < 5000);
    CHECK_ERR(ipc_lookup("nobody"), ERR_TIMEOUT);
    ipc_set_lookup_timeout(0); // for ever
    CHECK_EQ(ipc_lookup("main"), task_self());
    CHECK_ERR(ipc_lookup_again(400), ERR_NOT_FOUND);
    CHECK_ERR(ipc_lookup_again(-1), ERR_NOT_FOUND);
    ipc_set_lookup_timeout(60);
    CHECK_ERR(ipc_lookup_again(task_self()), ERR_TIMEOUT); // no other task serves it
}

static void serve_shared_when_told(void)
{
    task_t lead = meet("main");
    error_t expected = (error_t)await_step(lead);
    CHECK_ERR(ipc_serve("shared"), expected);
    step(lead);
    await_step(lead);
}

static void names_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    step_value(a, OK);
    await_step(a);
    CHECK_EQ(ipc_lookup("shared"), a);
    step_value(b, ERR_ALREADY_EXISTS);
    await_step(b);
    CHECK_ERR(ipc_serve("shared"), ERR_ALREADY_EXISTS);
    CHECK_ERR(ipc_serve("main"), ERR_ALREADY_EXISTS); // main serves this name already
    CHECK_OK(task_destroy(a));
    await_end(a);
    // The name of a is free as soon as vm knows of the end of a. A watch tells main when vm knows.
    struct message m = {.type = TASK_WATCH_MSG};
    m.task_watch.task = a;
    CHECK_OK(ipc_call(VM_TASK, &m));
    expect_notifications(NOTIFY_ASYNC);
    CHECK_OK(ipc_serve("shared"));
    CHECK_EQ(ipc_lookup("shared"), task_self());
    step(b);
}

static void refused_lead(void)
{
    CHECK_ERR(ipc_serve("fs"), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_serve("a"), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_serve("mai"), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_serve(NULL), ERR_INVALID_ARG);
    CHECK_ERR(ipc_lookup(NULL), ERR_INVALID_ARG);
    static char huge[4097];
    memset(huge, 'n', 4096);
    char max[65];
    memset(max, 'n', 64);
    max[64] = '\0';
    const char *const bad[] = {"",        huge,       max,    "a\nb",
                               "\x1b[0m", "\xff\xfe", "\xc3", "\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_ERR(ipc_serve(bad[i]), ERR_INVALID_ARG);
        CHECK_ERR(ipc_lookup(bad[i]), ERR_INVALID_ARG);
    }
    ipc_set_lookup_timeout(1);
    max[63] = '\0'; // 63 bytes are a name
    CHECK_ERR(ipc_serve(max), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_lookup(max), ERR_TIMEOUT);
    CHECK_ERR(ipc_lookup("\xc3\xa9"), ERR_TIMEOUT);
}

// A task that waits for a name and dies is forgotten; the other tasks get the name.
static void look_up_and_die(void)
{
    task_t task = ipc_lookup("late");
    check_failed(__FILE__, __LINE__, "the lookup says %d", task);
}

static void waiting_dies_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    WAIT_UNTIL(waits(a, WAIT_CALL, VM_TASK) && waits(b, WAIT_CALL, VM_TASK));
    kill_and_wait(b);
    CHECK_OK(ipc_serve("late"));
}

const struct scenario discovery_scenarios[] = {
    SCENARIO(lookup_waits_for_the_server, .lead = waits_lead, .a = look_up_late, .b = look_up_late),
    SCENARIO(lookup_times_out, .lead = timeout_lead),
    SCENARIO(name_has_one_server, .lead = names_lead, .a = serve_shared_when_told,
             .b = serve_shared_when_told, .ends = "a"),
    SCENARIO(names_that_are_refused, .lead = refused_lead),
    SCENARIO(lookup_of_one_who_dies, .lead = waiting_dies_lead, .a = look_up_late,
             .b = look_up_and_die, .ends = "b"),
    SCENARIOS_END,
};
