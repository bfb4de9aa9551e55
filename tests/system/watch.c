// task.watch and task.exited: a task learns of the ends of other tasks.

#include "scenario.h"

static error_t watch(task_t task)
{
    struct message m = {.type = TASK_WATCH_MSG};
    m.task_watch.task = task;
    return ipc_call(VM_TASK, &m);
}

static error_t unwatch(task_t task)
{
    struct message m = {.type = TASK_UNWATCH_MSG};
    m.task_unwatch.task = task;
    return ipc_call(VM_TASK, &m);
}

static task_t pull_exited(void)
{
    struct message m;
    CHECK_OK(async_recv(VM_TASK, &m));
    CHECK_EQ(m.type, TASK_EXITED_MSG);
    CHECK_EQ(m.src, VM_TASK);
    return m.task_exited.task;
}

static void expect_exited(task_t task)
{
    CHECK_EQ(pull_exited(), task);
}

static void expect_no_exit(void)
{
    struct message m;
    CHECK_ERR(async_recv(VM_TASK, &m), ERR_EMPTY);
}

// The four ways in which a task can end.
static void return_when_told(void)
{
    await_step(meet("main"));
}

static void exit_when_told(void)
{
    await_step(meet("main"));
    exit(3);
}

static void crash_when_told(void)
{
    await_step(meet("main"));
    __builtin_trap();
}

static void be_destroyed(void)
{
    await_step(meet("main"));
    CHECK(!"main does not say so");
}

static void ways_lead(void)
{
    static const char *const parts[] = {"a", "b", "c", "d"};
    task_t tasks[4];
    for (int i = 0; i < 4; i++) {
        tasks[i] = meet(parts[i]);
        CHECK_OK(watch(tasks[i]));
        CHECK_OK(watch(tasks[i])); // a second watch of the same task changes nothing
    }
    expect_no_exit();
    for (int i = 0; i < 4; i++) {
        if (i < 3)
            step(tasks[i]);
        else
            CHECK_OK(task_destroy(tasks[i]));
        expect_notifications(NOTIFY_ASYNC);
        expect_exited(tasks[i]);
        expect_no_exit();
    }
    expect_nothing();
    for (int i = 0; i < 4; i++) { // the end of a dead task is told at once
        CHECK_OK(watch(tasks[i]));
        expect_notifications(NOTIFY_ASYNC);
        expect_exited(tasks[i]);
    }
}

static void several_lead(void)
{
    task_t a = meet("a"), b = meet("b"), c = meet("c");
    CHECK_OK(watch(a));
    CHECK_OK(watch(b));
    CHECK_OK(watch(c));
    CHECK_OK(unwatch(b));
    CHECK_ERR(unwatch(b), ERR_NOT_FOUND);
    kill_and_wait(b);
    kill_and_wait(c);
    kill_and_wait(a);
    expect_notifications(NOTIFY_ASYNC);
    task_t first = pull_exited(); // the order of the two ends is not defined
    CHECK(first == a || first == c);
    expect_notifications(NOTIFY_ASYNC); // one more end is queued
    expect_exited(first == a ? c : a);
    expect_no_exit();
}

static void refused_lead(void)
{
    CHECK_ERR(watch(task_self()), ERR_INVALID_ARG);
    CHECK_ERR(watch(0), ERR_INVALID_TASK);
    CHECK_ERR(watch(VM_TASK), ERR_INVALID_TASK);
    CHECK_ERR(watch(-5), ERR_INVALID_TASK);
    CHECK_ERR(watch(400), ERR_INVALID_TASK);
    CHECK_ERR(watch(7 << 10 | 3), ERR_INVALID_TASK);
    CHECK_ERR(unwatch(400), ERR_NOT_FOUND);
    struct message m = {.type = TASK_ALLOC_MSG};
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_UNAVAILABLE);
}

// --- Rights -------------------------------------------------------------------------------------

static error_t free_task(task_t task)
{
    struct message m = {.type = TASK_FREE_MSG};
    m.task_free.task = task;
    return ipc_call(VM_TASK, &m);
}

static void try_without_rights(void)
{
    task_t b = meet("b");
    CHECK_ERR(task_destroy(b), ERR_NOT_PERMITTED);
    CHECK_ERR(free_task(b), ERR_NOT_PERMITTED);
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = STR("test_scenario nothing guest");
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(sys_kdebug("q", 1, NULL, 0), ERR_NOT_PERMITTED);
    CHECK_ERR(sys_kdebug("ps", 2, NULL, 0), ERR_NOT_PERMITTED);
    CHECK_ERR(sys_kdebug("metrics", 7, NULL, 0), ERR_NOT_PERMITTED);
    CHECK_OK(sys_kdebug("_", 1, NULL, 0));
    CHECK_ERR(sys_kdebug("?", 1, NULL, 0), ERR_NOT_FOUND);
    CHECK_ERR(task_destroy(VM_TASK), ERR_NOT_PERMITTED);
    CHECK_EQ(task_rights(), 0);
    step(meet("main"));
}

static void rights_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    await_step(a);
    CHECK_EQ(task_rights(), RIGHT_LAUNCH | RIGHT_DESTROY | RIGHT_INSPECT);
    CHECK_ERR(task_destroy(400), ERR_INVALID_TASK);
    CHECK_ERR(task_destroy(VM_TASK), ERR_NOT_PERMITTED);
    CHECK_ERR(free_task(400), ERR_INVALID_TASK);
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = STR("no-such-program");
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_NOT_FOUND);
    CHECK_OK(free_task(b));
    await_end(b);
}

static void ps_lead(void)
{
    static char text[8192];
    task_t a = meet("a");
    WAIT_UNTIL(waits(a, WAIT_RECV, task_self()));
    CHECK_OK(sys_kdebug("ps", 2, text, sizeof(text)));
    CHECK(strstr(text, "main") && strstr(text, "vm") && strchr(text, '\n'));
    char small[10];
    memset(small, 'x', sizeof(small));
    CHECK_OK(sys_kdebug("ps", 2, small, sizeof(small) - 1));
    CHECK_EQ(strlen(small), sizeof(small) - 2);
    CHECK(!strncmp(small, text, sizeof(small) - 2));
    CHECK_EQ(small[sizeof(small) - 1], 'x');
    step(a);
}

// The launcher allows 20 inspections at once and then ten a second. Both commands count together.
static void inspect_often(void)
{
    static char text[65536];
    unsigned passed = 0;
    uint64_t begin = now_ms();
    for (unsigned i = 0; i < 1000; i++) {
        error_t err = i % 2 ? sys_kdebug("ps", 2, text, sizeof(text))
                            : sys_kdebug("metrics", 7, text, sizeof(text));
        CHECK(err == OK || err == ERR_TRY_AGAIN);
        CHECK((err == OK) == (text[0] != '\0'));
        passed += err == OK;
    }
    CHECK(passed >= 20);
    CHECK(passed <= 21 + (now_ms() - begin) / 100);
    CHECK_OK(sys_kdebug("_", 1, NULL, 0)); // this command does not count
}

const struct scenario watch_scenarios[] = {
    SCENARIO(watched_tasks_end_in_four_ways, .lead = ways_lead, .a = return_when_told,
             .b = exit_when_told, .c = crash_when_told, .d = be_destroyed, .ends = "abcd"),
    SCENARIO(watched_tasks_end_at_once, .lead = several_lead, .a = be_destroyed, .b = be_destroyed,
             .c = be_destroyed, .ends = "abc"),
    SCENARIO(watch_refuses, .lead = refused_lead),
    SCENARIO(rights_are_needed, .lead = rights_lead, .a = try_without_rights, .b = be_destroyed,
             .ends = "b"),
    SCENARIO(ps_shows_the_tasks, .lead = ps_lead, .a = return_when_told),
    SCENARIO(inspection_is_limited, .lead = inspect_often),
    SCENARIOS_END,
};
