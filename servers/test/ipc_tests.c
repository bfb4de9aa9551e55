// Tests of calls, errors, notifications, timers and discovery.
#include <idl/benchmark.h>
#include <idl/pong.h>
#include <message.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <string.h>
#include <time.h>
#include "test.h"

static void nop_of_vm_multiplies_by_seven(void)
{
    int value;
    EXPECT_OK(benchmark_nop(VM_TASK, 123, &value));
    EXPECT(value == 123 * 7);
}

static void nop_of_the_server_multiplies_by_seven(void)
{
    int value;
    task_t server = ipc_lookup("benchmark");
    EXPECT(server > 0);
    for (int i = -1000; i < 1000; i++) {
        EXPECT_OK(benchmark_nop(server, i, &value));
        EXPECT(value == i * 7);
    }
}

static void ping_is_answered(void)
{
    int value;
    task_t server = ipc_lookup("pong");
    EXPECT(server > 0);
    EXPECT_OK(pong_ping(server, 42, &value));
    EXPECT(value == 42);
}

static void unknown_message_is_not_acceptable(void)
{
    struct message m;
    task_t server = ipc_lookup("pong");
    EXPECT(server > 0);
    memset(&m, 0, sizeof(m));
    m.type = BENCHMARK_NOP_MSG;
    EXPECT_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE);

    // With a payload, which the server must free.
    memset(&m, 0, sizeof(m));
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    char payload[] = "payload";
    m.benchmark_nop_with_ool.data = payload;
    m.benchmark_nop_with_ool.data_len = sizeof(payload);
    EXPECT_ERR(ipc_call(server, &m), ERR_NOT_ACCEPTABLE);

    int value;
    EXPECT_OK(pong_ping(server, 1, &value));
}

static void server_survives_an_error_message(void)
{
    int value;
    task_t server = ipc_lookup("pong");
    EXPECT(server > 0);
    for (error_t err = -1; err >= ERR_LAST; err--)
        (void)ipc_send_err(server, err);
    EXPECT_OK(pong_ping(server, 5, &value));
    EXPECT(value == 5);
}

static void call_of_self_and_of_nobody_fails(void)
{
    struct message m;
    memset(&m, 0, sizeof(m));
    m.type = BENCHMARK_NOP_MSG;
    EXPECT_ERR(ipc_call(task_self(), &m), ERR_INVALID_ARG);
    EXPECT_ERR(ipc_call(0x3ffff00, &m), ERR_INVALID_TASK);
    EXPECT_ERR(ipc_call(-5, &m), ERR_INVALID_TASK);
}

static void second_server_of_a_name_is_refused(void)
{
    error_t err = ipc_serve("pong");
    EXPECT(err == ERR_ALREADY_EXISTS || err == ERR_NOT_PERMITTED);
    EXPECT(IS_ERROR(ipc_serve("")));
}

static void lookup_of_nobody_times_out(void)
{
    ipc_set_lookup_timeout(50);
    task_t task = ipc_lookup("nobody serves this");
    ipc_set_lookup_timeout(20000);
    EXPECT(task == ERR_TIMEOUT || task == ERR_NOT_FOUND);
}

static void server_survives_notifications(void)
{
    int value;
    task_t server = ipc_lookup("pong");
    EXPECT(server > 0);
    for (int i = 0; i < 1000; i++)
        EXPECT_OK(ipc_notify(server, (notifications_t)(i & 0xff)));
    EXPECT_OK(pong_ping(server, 6, &value));
    EXPECT(value == 6);
}

static void timer_fires_in_time(void)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    EXPECT_OK(timer_set(60000));
    EXPECT_OK(timer_set(50)); // replaces the first one
    test_wait_for(NOTIFY_TIMER);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long long ms = (end.tv_sec - start.tv_sec) * 1000ll + (end.tv_nsec - start.tv_nsec) / 1000000;
    EXPECT(ms >= 49 && ms < 5000);
    EXPECT_ERR(timer_set(-1), ERR_INVALID_ARG);
}

static void async_pull_of_nothing_is_empty(void)
{
    struct message m;
    EXPECT_ERR(async_recv(VM_TASK, &m), ERR_EMPTY);
    EXPECT(async_is_empty(VM_TASK));
}

static void nothing_waits_without_blocking(void)
{
    struct message m;
    EXPECT_ERR(sys_ipc(IPC_ANY, IPC_ANY, &m, IPC_RECV | IPC_NOBLOCK), ERR_WOULD_BLOCK);
}

const struct test ipc_tests[] = {
    {"nop of vm multiplies by seven", nop_of_vm_multiplies_by_seven},
    {"nop of the server multiplies by seven", nop_of_the_server_multiplies_by_seven},
    {"ping is answered", ping_is_answered},
    {"an unknown message is not acceptable", unknown_message_is_not_acceptable},
    {"a server survives an error message", server_survives_an_error_message},
    {"a call of oneself or of nobody fails", call_of_self_and_of_nobody_fails},
    {"a second server of a name is refused", second_server_of_a_name_is_refused},
    {"a lookup of nobody times out", lookup_of_nobody_times_out},
    {"a server survives notifications", server_survives_notifications},
    {"a timer fires in time", timer_fires_in_time},
    {"an async pull of nothing is empty", async_pull_of_nothing_is_empty},
    {"a receive without blocking returns at once", nothing_waits_without_blocking},
    {0},
};
