// Two tasks exchange messages in all possible ways. `server` is a loop of ipc_replyrecv().
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <string.h>
#include <unittest.h>

static void serve(void)
{
    ASSERT_OK(ipc_serve("meet"));
    struct message m;
    task_t client = -1;
    while (true) {
        error_t err = ipc_replyrecv(client, &m);
        ASSERT_OK(err);
        client = -1;
        switch (m.type) {
        case BENCHMARK_NOP_MSG:
            client = m.src;
            m.type = BENCHMARK_NOP_REPLY_MSG;
            m.benchmark_nop_reply.value = m.benchmark_nop.value + 1;
            break;
        case NOTIFICATIONS_MSG:
            if (m.notifications.data == 0x30) {
                task_t other = ipc_lookup("main");
                m.type = INVALID_MSG;
                ASSERT_OK(ipc_send(other, &m));
                ASSERT_OK(ipc_notify(other, NOTIFY_IRQ));
            }
            break;
        default:
            OOPS("unknown %s", msgtype2str(m.type));
        }
    }
}

void main(const char *cmdline)
{
    if (!strcmp(cmdline, "server")) {
        serve();
    }
    ASSERT_OK(ipc_serve("main"));
    task_t server = ipc_lookup("meet");
    ASSERT_OK(server);
    struct message m;
    for (int i = 0; i < 100; i++) {
        m.type = BENCHMARK_NOP_MSG;
        m.benchmark_nop.value = i;
        ASSERT_OK(ipc_call(server, &m));
        TEST_EXPECT_EQ(m.src, server);
        TEST_EXPECT_EQ(m.benchmark_nop_reply.value, i + 1);
    }
    m.type = BENCHMARK_NOP_MSG;
    m.benchmark_nop.value = 1;
    ASSERT_OK(sys_ipc(server, server, &m, IPC_CALL));
    TEST_EXPECT_EQ(m.benchmark_nop_reply.value, 2);
    TEST_EXPECT_EQ(sys_ipc(0, IPC_ANY, &m, IPC_RECV | IPC_NOBLOCK), ERR_WOULD_BLOCK);
    ASSERT_OK(ipc_notify(server, 0x10 | 0x20));
    ASSERT_OK(ipc_recv(server, &m));
    TEST_EXPECT_EQ(m.type, INVALID_MSG);
    ASSERT_OK(ipc_recv(IPC_ANY, &m));
    TEST_EXPECT_EQ(m.type, NOTIFICATIONS_MSG);
    TEST_EXPECT_EQ(m.src, KERNEL_TASK);
    TEST_EXPECT_EQ(m.notifications.data, NOTIFY_IRQ);
    TEST_EXPECT_EQ(ipc_call(1000, &m), ERR_INVALID_TASK);
    timer_set(20);
    timer_set(1);
    ASSERT_OK(ipc_recv(IPC_ANY, &m));
    TEST_EXPECT_EQ(m.notifications.data, NOTIFY_TIMER);
    task_schedule(task_self(), 5);
    printf("met\n");
}
