// bench_server: the other side of every measurement, under the name given as its argument. With
// `bench.run` it becomes a client itself, one of many.
//
// Sandbox: profile "plain".
#include <idl/bench.h>
#include <idl/bench_server.h>
#include <oolong/internal.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "counting.h"
#include "measure.h"

static task_t last_caller; // of ping
static uint64_t hits, sinks;
static void *last_sink;
static size_t last_sink_len;

static error_t do_ping(task_t client, uint64_t value, uint64_t *answer)
{
    last_caller = client;
    *answer = value + 1;
    return OK;
}

static void do_hit(__unused task_t client, __unused uint64_t value)
{
    hits++;
}

static error_t do_tally(__unused task_t client, uint64_t seed, uint64_t *num_hits,
                        uint64_t *num_sinks, size_t *last_len, bool *is_good)
{
    *num_hits = hits;
    *num_sinks = sinks;
    *last_len = last_sink_len;
    *is_good = !last_sink || measure_matches(last_sink, last_sink_len, seed);
    hits = sinks = 0;
    free(last_sink);
    last_sink = NULL;
    last_sink_len = 0;
    return OK;
}

static error_t do_verify(task_t client, vaddr_t id, size_t len, uint64_t seed, bool check,
                         uint64_t *ns, bool *is_good)
{
    struct message m = {.type = OOL_VERIFY_MSG};
    m.ool_verify.src = client;
    m.ool_verify.id = id;
    m.ool_verify.len = len;
    uint64_t start = measure_now_ns();
    error_t err = ipc_call(VM_TASK, &m);
    *ns = measure_now_ns() - start;
    OK_OR_RETURN(err);
    const void *data = (const void *)m.ool_verify_reply.received_at;
    *is_good = m.ool_verify_reply.len == len && (!check || measure_matches(data, len, seed));
    atomic_store(&ipc_own_page()->copied_out[OOL_OPEN], id);
    return OK;
}

static error_t do_counters(__unused task_t client, uint64_t *allocations, uint64_t *copies)
{
    *allocations = counting.allocations;
    *copies = counting.copies;
    return OK;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool ping(void *ctx, __unused uint64_t *ns)
{
    const task_t *server = ctx;
    uint64_t answer;
    return IS_OK(bench_ping(*server, 1, &answer)) && answer == 2;
}

static void do_run(task_t client, task_t server, uint64_t ns)
{
    struct bench_request request = {.min_ns = ns};
    struct bench_reply reply = {0};
    uint64_t mean = 0, p99 = 0;
    if (measure_run(ping, &server, 1, &request, &reply)) {
        qsort(reply.samples, reply.num_samples, sizeof(reply.samples[0]), compare);
        mean = reply.total_ns / reply.ops;
        p99 = reply.samples[reply.num_samples * 99 / 100];
    }
    OOPS_OK(bench_report(client, mean ? reply.ops : 0, mean, p99));
}

static const struct bench_ops ops = {
    .ping = do_ping,
    .hit = do_hit,
    .tally = do_tally,
    .verify = do_verify,
    .counters = do_counters,
    .run = do_run,
};

// Sends the payload back from where it is, and keeps the last sink without a copy, so that only the
// transport is measured.
static void handle(struct message *m)
{
    void *data = m->bench_echo.data;
    switch (m->type) {
    case BENCH_ECHO_MSG:
        m->type = BENCH_ECHO_REPLY_MSG; // the payload is at the same place in the reply
        ipc_reply(m->src, m);
        free(data);
        break;
    case BENCH_SINK_MSG:
        free(last_sink);
        last_sink = m->bench_sink.data;
        last_sink_len = m->bench_sink.data_len;
        sinks++;
        break;
    default:
        if (!bench_dispatch(&ops, m))
            discard_unknown_message(m);
    }
}

void main(void)
{
    ASSERT_OK(ipc_serve(task_argc() > 1 ? task_argv()[1] : "bench"));
    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG) {
            // A notification does not name its sender. It is the task that measures, which has
            // called before.
            OOPS_OK(ipc_notify(last_caller, m.notifications.data));
        } else {
            handle(&m);
        }
    }
}
