// Runs one test, and has the checks that tests use.
#include "test.h"
#include <resea/ipc.h>
#include <resea/printf.h>

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

bool test_run(const struct test *test)
{
    failed = false;
    test->run();
    return failed;
}
