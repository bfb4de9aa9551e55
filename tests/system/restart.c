// A restarted server is a new task under the old name. It has no state of the old task.

#include "scenario.h"
#include <idl/keeper.h>

static task_t keeper;

static void watch(task_t task)
{
    struct message m = {.type = TASK_WATCH_MSG};
    m.task_watch.task = task;
    CHECK_OK(ipc_call(VM_TASK, &m));
}

static void expect_exited(task_t task)
{
    struct message m;
    expect_notifications(NOTIFY_ASYNC);
    CHECK_OK(async_recv(VM_TASK, &m));
    CHECK_EQ(m.task_exited.task, task);
}

static task_t find_new(task_t old)
{
    task_t found = ipc_lookup("keeper");
    CHECK(found > 0 && found != old);
    return found;
}

// A server that crashes is reported and started again.
static void comes_back(void)
{
    handle_t handle;
    int value;
    watch(keeper);
    CHECK_OK(keeper_open(keeper, &handle));
    CHECK_OK(keeper_bump(keeper, handle, &value));
    CHECK_OK(keeper_bump(keeper, handle, &value));
    CHECK_EQ(value, 2);
    CHECK_OK(keeper_crash(keeper, false));
    expect_exited(keeper);

    task_t old = keeper;
    keeper = find_new(old);
    CHECK_ERR(keeper_bump(keeper, handle, &value), ERR_NOT_FOUND);
    for (int i = 0; i < 2; i++) { // not idempotent: not repeated
        error_t err = keeper_bump(old, handle, &value);
        CHECK(err == ERR_ABORTED || err == ERR_INVALID_TASK);
    }
    CHECK_EQ(ipc_lookup_again(old), keeper);
}

// A call of an idempotent method is repeated if the server is dead or dies during the call.
static void repeats(void)
{
    task_t old = keeper, who = 0;
    CHECK_OK(keeper_crash(old, false));
    CHECK_OK(keeper_who(old, &who));
    keeper = find_new(old);
    CHECK_EQ(who, keeper);
    CHECK_OK(keeper_who(old, &who)); // repeated again, for a task that died long ago
    CHECK_EQ(who, keeper);

    old = keeper;
    CHECK_OK(keeper_crash(old, true));
    CHECK_OK(keeper_who(old, &who));
    keeper = find_new(old);
    CHECK_EQ(who, keeper);

    handle_t handle = 0;
    old = keeper;
    CHECK_OK(keeper_crash(old, true));
    CHECK_ERR(keeper_open(old, &handle), ERR_ABORTED);
    CHECK_EQ(handle, 0); // a call writes its outputs only if it succeeds
    keeper = find_new(old);
}

// A task that was ended on request is not started again, whatever the suite file says.
static void is_destroyed(void)
{
    watch(keeper);
    CHECK_OK(task_destroy(keeper));
    expect_exited(keeper);
    ipc_set_lookup_timeout(300);
    CHECK_ERR(ipc_lookup("keeper"), ERR_TIMEOUT);
}

static void stays_away(void)
{
    task_t who;
    CHECK_OK(keeper_crash(keeper, false));
    ipc_set_lookup_timeout(300);
    CHECK(IS_ERROR(keeper_who(keeper, &who)));
    CHECK_ERR(ipc_lookup("keeper"), ERR_TIMEOUT);
}

void main(void)
{
    const char *policy = task_argv()[1];
    keeper = ipc_lookup("keeper");
    CHECK(keeper > 0);
    if (!strcmp(policy, "never")) {
        stays_away();
        return;
    }
    comes_back();
    repeats();
    is_destroyed();
}
