// bench_task: measures from inside a suite what a request on its console asks for, and answers
// there. What can be asked for is in bench_ops.c; "crowd" lets other tasks
// measure.
//
// Sandbox: profile "console".
#include "bench_task.h"
#include <idl/bench.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "counting.h"

#define MAX_CLIENTS 128

static struct load load;

static void fail(struct bench_reply *reply, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reply->text, sizeof(reply->text), format, args);
    va_end(args);
    reply->error = 1;
}

// The counters of both sides. Reading the server's counters is a call, which they count as well.
static bool read_counters(uint64_t allocations[2], uint64_t copies[2])
{
    if (IS_ERROR(bench_counters(load.server, &allocations[1], &copies[1])))
        return false;
    allocations[0] = counting.allocations;
    copies[0] = counting.copies;
    return true;
}

static void run(const struct operation *operation, const struct bench_request *request,
                struct bench_reply *reply)
{
    uint64_t allocations[2], copies[2];
    if (load.payload != request->payload || load.seed == 0) {
        load.seed = request->payload + 1;
        measure_fill(load.data, request->payload, load.seed);
    }
    load.payload = request->payload;
    load.done = 0;
    if (operation->begin && !operation->begin(&load)) {
        fail(reply, "%s: cannot be prepared", operation->name);
        return;
    }
    if (!read_counters(allocations, copies) ||
        !measure_run(operation->op, &load, 1, request, reply) ||
        !read_counters(reply->allocations, reply->copies)) {
        fail(reply, "%s: failed after %llu operations", operation->name,
             (unsigned long long)reply->ops);
        return;
    }
    for (int i = 0; i < 2; i++) {
        reply->allocations[i] -= allocations[i];
        reply->copies[i] -= copies[i];
    }
    if (operation->end && !operation->end(&load))
        fail(reply, "%s: not everything arrived", operation->name);
}

// Lets `payload` tasks named c0, c1, ... call the server at the same time. A sample is the mean of
// one client.
static void run_crowd(const struct bench_request *request, struct bench_reply *reply)
{
    unsigned num = (unsigned)request->payload;
    task_t clients[MAX_CLIENTS];
    if (num < 1 || num > MAX_CLIENTS) {
        fail(reply, "%u clients are too many", num);
        return;
    }
    for (unsigned i = 0; i < num; i++) {
        char name[16];
        snprintf(name, sizeof(name), "c%u", i);
        clients[i] = ipc_lookup(name);
    }
    for (unsigned i = 0; i < num; i++) {
        if (IS_ERROR(clients[i]) || IS_ERROR(bench_run(clients[i], load.server, request->min_ns))) {
            fail(reply, "client %u does not start", i);
            return;
        }
    }
    for (unsigned i = 0; i < num; i++) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)) || m.type != BENCH_REPORT_MSG ||
            m.bench_report.ops == 0) {
            fail(reply, "a client failed");
            return;
        }
        reply->ops += m.bench_report.ops;
        if (reply->num_samples < BENCH_SAMPLES)
            reply->samples[reply->num_samples++] =
                (uint32_t)MIN(m.bench_report.mean_ns, (uint64_t)UINT32_MAX);
    }
    reply->total_ns = request->min_ns;
}

void main(void)
{
    load.data = malloc(BENCH_MAX_PAYLOAD);
    load.server = ipc_lookup("bench");
    ASSERT(load.data);
    ASSERT_OK(load.server);

    struct bench_request request;
    while (measure_read(0, &request, sizeof(request))) {
        struct bench_reply reply = {0};
        const struct operation *operation = operation_find(request.name);
        request.name[sizeof(request.name) - 1] = '\0';
        if (operation)
            run(operation, &request, &reply);
        else if (!strcmp(request.name, "crowd"))
            run_crowd(&request, &reply);
        else
            fail(&reply, "no such operation: %s", request.name);
        if (!measure_write(1, &reply, sizeof(reply)))
            break;
    }
}
