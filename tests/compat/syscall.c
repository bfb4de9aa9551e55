// The calls of <resea/syscall.h>.
#include <resea/syscall.h>
#include <resea/printf.h>
#include <message.h>
#include <string.h>
#include <unittest.h>

void main(void)
{
    TEST_EXPECT_EQ(syscall(SYS_NOP, 0, 0, 0, 0, 0), OK);
    TEST_EXPECT_GT(syscall(SYS_TASK_SELF), 0);
    TEST_EXPECT_EQ(syscall(SYS_TASK_SELF, 0, 0, 0, 0, 0), sys_task_self());
    TEST_EXPECT_EQ(syscall(SYS_TASK_DESTROY, VM_TASK, 0, 0, 0, 0), ERR_NOT_PERMITTED);

    struct message m;
    bzero(&m, sizeof(m));
    m.type = BENCHMARK_NOP_MSG;
    m.benchmark_nop.value = 6;
    TEST_EXPECT_EQ(syscall(SYS_IPC, VM_TASK, VM_TASK, (uintptr_t)&m, IPC_CALL, 0), OK);
    TEST_EXPECT_EQ(m.type, BENCHMARK_NOP_REPLY_MSG);
    TEST_EXPECT_EQ(m.benchmark_nop_reply.value, 42);

    TEST_EXPECT_EQ(syscall(SYS_TIMER_SET, 1, 0, 0, 0, 0), OK);
    TEST_EXPECT_EQ(syscall(SYS_NOTIFY, sys_task_self(), NOTIFY_ABORTED, 0, 0, 0), OK);
    int seen = 0;
    while (seen != (NOTIFY_TIMER | NOTIFY_ABORTED)) {
        TEST_EXPECT_EQ(syscall(SYS_IPC, 0, IPC_ANY, (uintptr_t)&m, IPC_RECV, 0), OK);
        seen |= m.notifications.data;
    }
    TEST_EXPECT_EQ(syscall(SYS_NOP + 0x100, 0, 0, 0, 0, 0), ERR_INVALID_ARG);
    printf("written ");
    TEST_EXPECT_EQ(syscall(SYS_CONSOLE_WRITE, (uintptr_t) "at once\n", 8, 0, 0, 0), OK);
    syscall(SYS_TASK_EXIT, 0, 0, 0, 0, 0);
    PANIC("it goes on");
}
