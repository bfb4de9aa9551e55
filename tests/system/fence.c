// Messages that the suite file does not allow. In fence.ini, two of three pairs may talk. Every
// task may talk to vm and to the launcher.

#include "scenario.h"

static task_t find(const char *part)
{
    task_t task;
    while ((task = ipc_lookup(part)) == ERR_TIMEOUT) // the name may come after 60 ms
        ;
    CHECK(task > 0);
    return task;
}

static void await_lead(void)
{
    struct message m;
    expect(find("main"), STAGE_STEP_MSG, &m);
}

static void check_refused(task_t task)
{
    struct message m = step_message(0);
    CHECK_ERR(ipc_send(task, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_send_noblock(task, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_call(task, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_recv(task, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(ipc_notify(task, 1), ERR_NOT_PERMITTED);
    CHECK_ERR(async_send(task, &m), ERR_NOT_PERMITTED);
    CHECK_ERR(async_recv(task, &m), ERR_NOT_PERMITTED);
    CHECK(!ipc_peer_page(task));
}

static void fence_a(void)
{
    await_lead();
    check_refused(find("b"));
    step(find("main")); // main names this task, so this task may talk to main
}

static void fence_b(void)
{
    await_lead();
    check_refused(find("a"));
    step(find("main"));
}

static void fence_lead(void)
{
    uint64_t start = now_ms();
    CHECK_ERR(ipc_lookup("nobody"), ERR_TIMEOUT); // after lookup_timeout_ms of the suite
    CHECK(now_ms() - start >= 60 && now_ms() - start < 5000);
    task_t a = find("a"), b = find("b");
    step(a);
    CHECK_EQ(await_step(a), 0);
    step(b);
    CHECK_EQ(await_step(b), 0);
}

#define FENCE(name_, ...) SCENARIO(name_, __VA_ARGS__)
const struct scenario fence_scenarios[] = {
    FENCE(fence, .lead = fence_lead, .a = fence_a, .b = fence_b),
    SCENARIOS_END,
};
