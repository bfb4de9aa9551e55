// bench_pair: one of several independent clients. Calls the server named by its first argument for
// as many milliseconds as the second says, then as long again while it measures, and prints the
// number of calls and their mean in nanoseconds. It takes no commands, so that it is independent.
//
// Sandbox: profile "plain".
#include <idl/bench.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include "measure.h"

static bool ping(void *ctx, __unused uint64_t *ns)
{
    const task_t *server = ctx;
    uint64_t answer;
    return IS_OK(bench_ping(*server, 1, &answer)) && answer == 2;
}

void main(void)
{
    if (task_argc() != 3) {
        fprintf(stderr, "usage: bench_pair SERVER MILLISECONDS\n");
        exit(2);
    }
    task_t server = ipc_lookup(task_argv()[1]);
    uint64_t ns = strtoull(task_argv()[2], NULL, 10) * 1000000;
    struct bench_request request = {.warm_up_ns = ns, .min_ns = ns};
    struct bench_reply reply = {0};
    ASSERT_OK(server);
    ASSERT(measure_run(ping, &server, 1, &request, &reply));
    printf("pair %llu %llu\n", (unsigned long long)reply.ops,
           (unsigned long long)(reply.total_ns / reply.ops));
    // The other pairs still measure, and the end of this task would take processor time from them.
    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)))
            discard_unknown_message(&m);
    }
}
