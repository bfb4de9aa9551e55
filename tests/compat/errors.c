// Errors as messages: the client of counter.c.
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/timer.h>
#include <idl/counter.h>
#include <string.h>
#include <unittest.h>

static task_t counter;

static error_t add(int value)
{
    struct message m;
    m.type = COUNTER_ADD_MSG;
    m.counter_add.value = value;
    error_t err = ipc_call(counter, &m);
    TEST_EXPECT_EQ(m.type, OK);
    TEST_EXPECT_EQ(m.src, counter);
    return err;
}

static int total(void)
{
    struct message m;
    m.type = COUNTER_TOTAL_MSG;
    ASSERT_OK(ipc_call(counter, &m));
    return m.counter_total_reply.value;
}

// A send to a task that does not receive yet waits until it does.
static void test_late(void)
{
    struct message m;
    m.type = COUNTER_TELL_LATE_MSG;
    ASSERT_OK(ipc_send(counter, &m));
    timer_set(50);
    TEST_EXPECT_EQ(ipc_recv(IPC_ANY, &m), ERR_IN_USE);
    TEST_EXPECT_EQ(m.src, counter);
    TEST_EXPECT_EQ(ipc_recv(counter, &m), OK);
    TEST_EXPECT_EQ(m.type, OK);
}

void main(void)
{
    counter = ipc_lookup("counter");
    ASSERT_OK(counter);
    TEST_EXPECT_EQ(add(3), OK);
    TEST_EXPECT_EQ(add(4), OK);
    TEST_EXPECT_EQ(total(), 7);
    struct message m;
    m.type = COUNTER_RESET_MSG;
    TEST_EXPECT_EQ(ipc_call(counter, &m), OK);
    TEST_EXPECT_EQ(total(), 0);
    m.type = COUNTER_REFUSE_MSG;
    m.counter_refuse.code = ERR_TRY_AGAIN;
    TEST_EXPECT_EQ(ipc_call(counter, &m), ERR_TRY_AGAIN);
    // For a method without results, stubs accept an empty reply too.
    TEST_EXPECT_EQ(counter_add(counter, 5), OK);
    TEST_EXPECT_EQ(counter_reset(counter, true), OK);
    TEST_EXPECT_EQ(counter_refuse(counter, ERR_END), ERR_END);
    test_late();
}
