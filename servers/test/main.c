// test: integration tests that run as a task, against the servers of the suite. Prints a line for
// each test, and "Passed all tests" at the end; otherwise the exit status is 1. With the argument
// "hostile" it sends each server messages that no honest client sends instead.
//
// Sandbox: profile "plain".
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

static unsigned run_table(const struct test *tests, unsigned *num_failed)
{
    unsigned num = 0;
    for (; tests[num].name; num++) {
        bool failed = test_run(&tests[num]);
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
