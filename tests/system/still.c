// A suite for the scripts. Each part waits in a different way, and there is no deadlock. This suite
// is not a test of its own, so CMakeLists.txt must not find its entry.

#include "scenario.h"

static void call_lead(void)
{
    struct message m = {.type = BLK_READ_MSG};
    error_t err = ipc_call(meet("main"), &m);
    printf("a: %s\n", err2str(err)); // printed when the suite ends
}

static void receive_from_c(void)
{
    struct message m;
    error_t err = ipc_recv(meet("c"), &m);
    printf("b: %s\n", err2str(err)); // c was killed
    printf_flush();
    serve_until_quit();
}

static void still_lead(void)
{
    task_t a = meet("a"), b = meet("b"), c = meet("c"), d = meet("d");
    struct message m;
    WAIT_UNTIL(waits(a, WAIT_CALL, task_self()) && waits(b, WAIT_RECV, c) &&
               waits(c, WAIT_OPEN, 0) && waits(d, WAIT_OPEN, 0));
    printf("ready\n");
    printf_flush();
    error_t err = ipc_recv(d, &m);
    printf("main: %s\n", err2str(err)); // d was killed
    printf_flush();
    await_end(b);
}

#define STILL(name_, ...) SCENARIO(name_, __VA_ARGS__)
const struct scenario still_scenarios[] = {
    STILL(still_life, .lead = still_lead, .a = call_lead, .b = receive_from_c,
          .c = serve_until_quit, .d = serve_until_quit),
    SCENARIOS_END,
};
