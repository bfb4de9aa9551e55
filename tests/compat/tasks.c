// Launches and watches tasks: `compat_tasks` launches itself.
#include <resea/async.h>
#include <resea/cmdline.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <string.h>
#include <unittest.h>

static task_t launch(const char *name_and_cmdline)
{
    struct message m;
    m.type = TASK_LAUNCH_MSG;
    m.task_launch.name_and_cmdline = (char *)name_and_cmdline;
    error_t err = ipc_call(VM_TASK, &m);
    return err == OK ? m.task_launch_reply.task : err;
}

static void wait_for(task_t task)
{
    struct message m;
    m.type = TASK_WATCH_MSG;
    m.task_watch.task = task;
    ASSERT_OK(ipc_call(INIT_TASK, &m));
    ipc_recv(IPC_ANY, &m);
    ASSERT(m.type == NOTIFICATIONS_MSG);
    ASSERT(m.notifications.data & NOTIFY_ASYNC);
    ASSERT_OK(async_recv(VM_TASK, &m));
    ASSERT(m.type == TASK_EXITED_MSG);
    TEST_EXPECT_EQ(m.task_exited.task, task);
}

void main(const char *cmdline)
{
    if (!strcmp(cmdline, "child one two")) {
        printf("child\n");
        task_exit();
    }
    if (!strcmp(cmdline, "sleep")) {
        struct message m;
        ipc_recv(IPC_ANY, &m);
        PANIC("woken");
    }
    for (int i = 0; i < 3; i++) {
        wait_for(launch("child child one two"));
    }
    task_t sleeper = launch("child sleep");
    ASSERT_OK(sleeper);
    TEST_ASSERT(sleeper != task_self());
    ASSERT_OK(task_destroy(sleeper));
    wait_for(sleeper);
    TEST_EXPECT_EQ(launch("no_such_program"), ERR_NOT_FOUND);
    struct message m;
    m.type = TASK_ALLOC_MSG;
    m.task_alloc.pager = task_self();
    TEST_EXPECT_EQ(ipc_call(VM_TASK, &m), ERR_UNAVAILABLE);
    m.type = TASK_WATCH_MSG;
    m.task_watch.task = 300;
    TEST_EXPECT_EQ(ipc_call(VM_TASK, &m), ERR_INVALID_TASK);
    m.type = TASK_UNWATCH_MSG;
    m.task_unwatch.task = sleeper;
    TEST_ASSERT(ipc_call(VM_TASK, &m) < 0);
    printf("parent\n");
}
