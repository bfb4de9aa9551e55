// test: integration tests from inside a suite, against the servers that run in it. Prints a line
// each, and "Passed all tests" at the end; else the exit status is 1. With the argument "hostile"
// it sends every server of the suite what no honest client sends instead.
//
// Sandbox: profile "plain".
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

static bool failed;

void test_failed(const char *file, int line, const char *what)
{
    printf("%s:%d: expected: %s\n", file, line, what);
    failed = true;
}

bool test_error_is(const char *file, int line, const char *what, error_t err, error_t expected)
{
    if (err == expected)
        return true;
    printf("%s:%d: %s: %s, expected %s\n", file, line, what, err2str(err), err2str(expected));
    failed = true;
    return false;
}

void test_wait_for(notifications_t bits)
{
    notifications_t seen = 0;
    while (!(seen & bits)) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG)
            seen |= m.notifications.data;
        else
            discard_unknown_message(&m);
    }
}

static unsigned run_table(const struct test *tests, unsigned *num_failed)
{
    unsigned num = 0;
    for (; tests[num].name; num++) {
        failed = false;
        tests[num].run();
        printf("%s %s\n", failed ? "FAILED" : "ok    ", tests[num].name);
        *num_failed += failed;
    }
    return num;
}

void main(void)
{
    static const struct test *const tables[] = {ipc_tests, ool_tests, task_tests, server_tests,
                                                fs_tests};
    unsigned num = 0, num_failed = 0;
    if (task_argc() > 1 && strcmp(task_argv()[1], "hostile") == 0) {
        num = run_table(hostile_tests, &num_failed);
    } else {
        for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
            num += run_table(tables[i], &num_failed);
    }

    if (num_failed > 0)
        printf("%u of %u tests failed\n", num_failed, num);
    else
        printf("Passed all tests\n");
    exit(num_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
