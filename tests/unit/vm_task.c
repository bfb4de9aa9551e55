// Tests the task table: identity, rights, launch, watch, the state after a death (threats 8, 9),
// and which sender may send which message (threat 15).
#include "vm_sim.h"

static struct sim *sim;

static int call_task(task_t actor, int type, task_t task)
{
    struct message m = {.type = type};
    m.task_watch.task = task;
    return sim_call(sim, actor, &m);
}

static void kernel(struct message *m)
{
    vm_step(sim->vm, KERNEL_TASK, m);
    vm_check(sim->vm);
}

static int pull(task_t actor, task_t *ended)
{
    struct message m = {.type = ASYNC_MSG};
    int err = sim_call(sim, actor, &m);
    if (err == OK) {
        ck_assert_int_eq(m.type, TASK_EXITED_MSG);
        *ended = m.task_exited.task;
        ck_assert_int_eq(m.task_exited.status, SIM_STATUS(*ended));
    }
    return err;
}

START_TEST(unknown_and_forbidden_messages_have_an_answer)
{
    sim = sim_new();
    task_t task = sim_start(sim, SIM_LIMIT, 0);
    const struct {
        int type;
        int err;
    } rows[] = {
        {0, ERR_NOT_ACCEPTABLE},
        {0x7ffe, ERR_NOT_ACCEPTABLE},
        {ERR_ABORTED, ERR_NOT_ACCEPTABLE},
        {DONT_REPLY, ERR_NOT_ACCEPTABLE},
        {INT32_MIN, ERR_NOT_ACCEPTABLE},
        {OOL_SEND_REPLY_MSG, ERR_NOT_ACCEPTABLE},
        {TASK_EXITED_MSG, ERR_NOT_ACCEPTABLE},
        {OOL_SEND_MSG | MSG_OOL, ERR_NOT_ACCEPTABLE},
        {DISCOVERY_SERVE_MSG & ~MSG_STR, ERR_NOT_ACCEPTABLE},
        {DISCOVERY_SERVE_MSG & ~MSG_OOL, ERR_NOT_ACCEPTABLE},
        {PAGE_FAULT_MSG, ERR_NOT_ACCEPTABLE},
        {LAUNCHER_STARTED_MSG, ERR_NOT_PERMITTED},
        {LAUNCHER_MAY_SERVE_MSG, ERR_NOT_PERMITTED},
        {LAUNCHER_LAUNCHED_MSG, ERR_NOT_PERMITTED},
        {EXCEPTION_MSG, ERR_NOT_PERMITTED},
        {INVALID_MSG, SIM_BLOCKED}, // vm does not answer
        {NOTIFICATIONS_MSG, SIM_BLOCKED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct message m;
        memset(&m, 0xff, sizeof(m));
        m.type = rows[i].type;
        int err = sim_call(sim, task, &m);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
    }
}
END_TEST

START_TEST(strangers_are_ignored)
{
    sim = sim_new();
    task_t dead = sim_start(sim, SIM_LIMIT, 0);
    sim_kill(sim, dead);
    const task_t actors[] = {dead, VM_TASK, -1, INT32_MIN, INT32_MAX, 999, TASK_MAKE(1, 0)};
    for (size_t i = 0; i < sizeof(actors) / sizeof(actors[0]); i++) {
        struct message m = {.type = BENCHMARK_NOP_MSG};
        vm_step(sim->vm, actors[i], &m); // the simulation fails if vm answers
        vm_check(sim->vm);
    }
    ck_assert_uint_eq(vm_stats(sim->vm).requests, 0);
}
END_TEST

START_TEST(launcher_that_contradicts_itself_is_logged_and_ignored)
{
    sim = sim_new();
    task_t task = sim_start(sim, SIM_LIMIT, 0);
    const struct {
        task_t id;
        int pid;
    } rows[] = {{task, 77},
                {TASK_MAKE(1, TASK_SLOT(task)), 77},
                {0, 77},
                {VM_TASK, 77},
                {-1, 77},
                {TASK_MAKE(0, CONFIG_NUM_TASKS), 77},
                {INT32_MAX, 5},
                {TASK_MAKE(0, 20), 0},
                {TASK_MAKE(0, 20), -1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct message m = {.type = LAUNCHER_STARTED_MSG};
        m.launcher_started.task = rows[i].id;
        m.launcher_started.pid = rows[i].pid;
        kernel(&m);
        ck_assert_uint_eq(sim->logs, i + 1);
    }
    ck_assert_int_eq(vm_task_pid(sim->vm, task), 1000 + task);
    struct message m = {.type = BENCHMARK_NOP_MSG};
    kernel(&m);
    m.type = LAUNCHER_LAUNCHED_MSG;
    kernel(&m);
    m.type = EXCEPTION_MSG;
    m.exception.task = 12345;
    kernel(&m);
    ck_assert_int_eq(sim->reaped[0], 12345); // otherwise its zombie would stay for ever
}
END_TEST

START_TEST(slot_that_is_reused_is_a_different_task)
{
    sim = sim_new();
    task_t old = sim_receiver(sim);
    task_t src = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, src, old, 10, 1, &id), OK);
    sim_kill(sim, old);
    ck_assert_int_eq(sim->reaped[0], old);
    ck_assert_int_eq(vm_task_pid(sim->vm, old), -1);

    task_t new = sim_receiver(sim);
    ck_assert_int_eq(TASK_SLOT(new), TASK_SLOT(old));
    ck_assert_int_ne(new, old);
    ck_assert_int_eq(sim_place(sim, src, old, 10, 1, NULL), ERR_INVALID_TASK);
    ck_assert_int_eq(sim_verify(sim, new, src, id, 10, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_place(sim, src, new, 10, 2, &id), OK);

    // The same for a sender: the old task's payload does not become the new one's.
    sim_kill(sim, src);
    task_t impostor = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(TASK_SLOT(impostor), TASK_SLOT(src));
    ck_assert_int_eq(sim_verify(sim, new, impostor, id, 10, NULL), ERR_NOT_FOUND);
    struct message m = {.type = LAUNCHER_STARTED_MSG};
    sim_kill(sim, impostor);
    m.launcher_started.task = src; // the launcher never gives an earlier generation
    m.launcher_started.pid = 5;
    kernel(&m);
    ck_assert_int_eq(vm_task_pid(sim->vm, src), -1);
}
END_TEST

START_TEST(free_needs_the_right_but_for_oneself)
{
    sim = sim_new();
    task_t plain = sim_start(sim, SIM_LIMIT, RIGHT_QUIT | RIGHT_LAUNCH);
    task_t mighty = sim_start(sim, SIM_LIMIT, RIGHT_DESTROY);
    ck_assert_int_eq(call_task(plain, TASK_FREE_MSG, mighty), ERR_NOT_PERMITTED);
    ck_assert_int_eq(call_task(plain, TASK_FREE_MSG, 0), ERR_NOT_PERMITTED);
    ck_assert_int_eq(sim->destroyed, 0);
    ck_assert_int_eq(call_task(plain, TASK_FREE_MSG, plain), OK);
    ck_assert_int_eq(sim->destroyed, plain);
    ck_assert_int_eq(call_task(mighty, TASK_FREE_MSG, plain), OK);
    const task_t bad[] = {0, VM_TASK, -1, 999, INT32_MAX};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(call_task(mighty, TASK_FREE_MSG, bad[i]), ERR_INVALID_TASK);
    struct message m = {.type = TASK_ALLOC_MSG};
    ck_assert_int_eq(sim_call(sim, mighty, &m), ERR_UNAVAILABLE);
}
END_TEST

START_TEST(launch_passes_the_text_on_and_waits_for_the_launcher)
{
    sim = sim_new();
    task_t plain = sim_start(sim, SIM_LIMIT, RIGHT_DESTROY);
    task_t shell = sim_start(sim, SIM_LIMIT, RIGHT_LAUNCH);
    struct message m;
    ck_assert_int_eq(sim_string_call(sim, plain, TASK_LAUNCH_MSG, "hello", 6, &m),
                     ERR_NOT_PERMITTED);
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "hello a b", 10, &m),
                     SIM_BLOCKED);
    ck_assert_str_eq(sim->launched, "hello a b");

    struct message l = {.type = LAUNCHER_LAUNCHED_MSG};
    l.launcher_launched.token = sim->launch_token + 1; // the token of another task
    l.launcher_launched.task = 7;
    kernel(&l);
    ck_assert_int_eq(sim_answer(sim, shell, &m), SIM_BLOCKED);
    l.launcher_launched.token = sim->launch_token;
    kernel(&l);
    ck_assert_int_eq(sim_answer(sim, shell, &m), OK);
    ck_assert_int_eq(m.task_launch_reply.task, 7);

    const struct {
        task_t said;
        int err;
    } rows[] = {{ERR_NOT_FOUND, ERR_NOT_FOUND},
                {0, ERR_UNAVAILABLE},
                {-1000, ERR_UNAVAILABLE},
                {DONT_REPLY, ERR_UNAVAILABLE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "x", 2, &m), SIM_BLOCKED);
        l.launcher_launched.token = sim->launch_token;
        l.launcher_launched.task = rows[i].said;
        kernel(&l);
        ck_assert_int_eq(sim_answer(sim, shell, &m), rows[i].err);
    }
    sim->launch_error = ERR_NO_MEMORY;
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "x", 2, &m), ERR_NO_MEMORY);
    // The task that has asked ends meanwhile.
    sim->launch_error = OK;
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "x", 2, &m), SIM_BLOCKED);
    sim_kill(sim, shell);
    l.launcher_launched.token = sim->launch_token;
    kernel(&l);
}
END_TEST

START_TEST(launch_checks_its_text)
{
    sim = sim_new();
    task_t shell = sim_start(sim, SIM_LIMIT, RIGHT_LAUNCH);
    static char text[VM_MAX_TEXT + 2];
    memset(text, 'x', sizeof(text) - 1);
    struct message m;
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "", 1, &m), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "", 0, &m), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, "a\0b", 4, &m), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, text, sizeof(text), &m),
                     ERR_TOO_LARGE);
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, text, VM_MAX_TEXT + 1, &m),
                     ERR_TOO_LARGE);
    memset(&m, 0, sizeof(m));
    m.type = TASK_LAUNCH_MSG;
    m.task_launch.name_and_cmdline = (char *)UINTPTR_MAX;
    m.task_launch.name_and_cmdline_len = 100;
    ck_assert_int_eq(sim_call(sim, shell, &m), ERR_INVALID_ARG);
    m.type = TASK_LAUNCH_MSG;
    m.task_launch.name_and_cmdline = NULL;
    m.task_launch.name_and_cmdline_len = 100;
    ck_assert_int_eq(sim_call(sim, shell, &m), ERR_INVALID_ARG);
    // The longest allowed text, with and without the NUL.
    ck_assert_int_eq(sim_string_call(sim, shell, TASK_LAUNCH_MSG, text, VM_MAX_TEXT, &m),
                     SIM_BLOCKED);
    ck_assert_uint_eq(strlen(sim->launched), VM_MAX_TEXT);
}
END_TEST

START_TEST(watcher_is_told_once_of_each_end)
{
    sim = sim_new();
    task_t watcher = sim_start(sim, SIM_LIMIT, 0);
    task_t x = sim_start(sim, SIM_LIMIT, 0);
    task_t y = sim_start(sim, SIM_LIMIT, 0);
    task_t ended = 0;
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, y), OK);
    sim_kill(sim, x);
    sim_kill(sim, y);
    struct sim_task *task = sim_find(sim, watcher);
    ck_assert_uint_eq(task->bits, NOTIFY_ASYNC);
    task->bits = 0;
    ck_assert_int_eq(pull(watcher, &ended), OK);
    ck_assert_int_eq(ended, x);
    ck_assert_uint_eq(task->bits, NOTIFY_ASYNC); // more events are queued
    task->bits = 0;
    ck_assert_int_eq(pull(watcher, &ended), OK);
    ck_assert_int_eq(ended, y);
    ck_assert_uint_eq(task->bits, 0);
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
    // If the task has ended already, the event comes at once. A new task in the same slot does not
    // count.
    task_t z = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(TASK_SLOT(z), TASK_SLOT(x));
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(pull(watcher, &ended), OK);
    ck_assert_int_eq(ended, x);
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
}
END_TEST

START_TEST(watch_and_unwatch_check_the_task)
{
    sim = sim_new();
    task_t watcher = sim_start(sim, SIM_LIMIT, 0);
    task_t x = sim_start(sim, SIM_LIMIT, 0);
    const task_t bad[] = {
        0, VM_TASK, -1, INT32_MAX, 999, TASK_MAKE(3, TASK_SLOT(x)), TASK_MAKE(0, 30)};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, bad[i]), ERR_INVALID_TASK);
        ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, bad[i]), ERR_NOT_FOUND);
    }
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, watcher), ERR_INVALID_ARG);
    ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, x), ERR_NOT_FOUND);
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, x), OK);
    sim_kill(sim, x);
    task_t ended;
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
    // The watch is removed after the end and before the pull.
    ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, x), OK);
    ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, x), ERR_NOT_FOUND);
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
    // The other events stay in the queue, in their order.
    task_t y[3];
    for (unsigned i = 0; i < 3; i++) {
        y[i] = sim_start(sim, SIM_LIMIT, 0);
        sim_kill(sim, y[i]);
        ck_assert_int_eq(call_task(watcher, TASK_WATCH_MSG, y[i]), OK);
    }
    ck_assert_int_eq(call_task(watcher, TASK_UNWATCH_MSG, y[1]), OK);
    ck_assert_int_eq(pull(watcher, &ended), OK);
    ck_assert_int_eq(ended, y[0]);
    ck_assert_int_eq(pull(watcher, &ended), OK);
    ck_assert_int_eq(ended, y[2]);
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
}
END_TEST

START_TEST(watches_are_bounded_and_no_end_is_lost)
{
    sim = sim_new();
    task_t watcher = sim_start(sim, SIM_LIMIT, 0);
    unsigned watched = 0;
    int err;
    do {
        task_t x = sim_start(sim, SIM_LIMIT, 0);
        err = call_task(watcher, TASK_WATCH_MSG, x);
        watched += err == OK;
        sim_kill(sim, x);
    } while (err == OK);
    ck_assert_int_eq(err, ERR_NO_MEMORY);
    ck_assert_uint_eq(watched, VM_MAX_EXITS);
    task_t ended = 0;
    for (unsigned i = 0; i < watched; i++) {
        ck_assert_int_eq(pull(watcher, &ended), OK);
        ck_assert_int_eq(TASK_GEN(ended), i);
    }
    ck_assert_int_eq(pull(watcher, &ended), ERR_EMPTY);
}
END_TEST

SIM_MAIN("vm_task", unknown_and_forbidden_messages_have_an_answer, strangers_are_ignored,
         launcher_that_contradicts_itself_is_logged_and_ignored,
         slot_that_is_reused_is_a_different_task, free_needs_the_right_but_for_oneself,
         launch_passes_the_text_on_and_waits_for_the_launcher, launch_checks_its_text,
         watcher_is_told_once_of_each_end, watch_and_unwatch_check_the_task,
         watches_are_bounded_and_no_end_is_lost)
