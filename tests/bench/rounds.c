// Starts the workers and visits every point in each round, until the time is up.
#include "bench.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "rounds.h"

struct budget {
    uint64_t batch_ns; // time for one point in one round
    uint64_t total_ns; // no round starts that would end after this time
    unsigned min_rounds, max_rounds;
};
static const struct budget quick = {4000000, 36000000000, 2, 12};
static const struct budget smoke = {500000, 0, 1, 1};
static const struct budget full = {20000000, 420000000000, 5, 40};

// The kernel moves tasks that are not pinned to an idle core within a few ticks (4 ms each or
// less).
#define SETTLE_NS 16000000

static struct worker suites[NUM_TRANSPORTS][NUM_PLACEMENTS];
static struct worker natives[NUM_PLACEMENTS][64];

void progress(const char *format, ...)
{
    va_list args;
    if (!settings.is_tty)
        return;
    fputs("\r\033[K", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

void progress_end(void)
{
    if (settings.is_tty)
        fputs("\r\033[K", stderr);
}

static struct worker *find_worker(const struct point *point)
{
    if (!point->what->native) {
        struct worker *suite = &suites[point->transport][point->placement];
        struct suite_plan plan = {
            .placement = point->placement, .transport = point->transport, .files = true};
        if (!suite->pid && !suite_start(suite, &plan))
            bench_die("cannot start a suite");
        return suite;
    }
    struct worker *native = &natives[point->placement][point->what - bench_cases];
    if (!native->pid && !native_start(native, point->what->native, point->placement))
        bench_die("cannot start %s", point->what->name);
    return native;
}

static void visit(struct point *point, const struct budget *budget, bool is_warm_up)
{
    struct bench_reply reply;
    struct bench_request request = {.payload = point->payload, .min_ops = 1};
    if (point->failed[0])
        return;
    request.min_ns = is_warm_up ? budget->batch_ns / 4 : budget->batch_ns;
    // The worker does at least one operation, because the first one of a visit compares the whole
    // payload.
    request.warm_up_ns = is_warm_up ? 0 : budget->batch_ns / 4;
    if (point->placement == DEFAULT_PLACEMENT && !settings.smoke)
        request.warm_up_ns = SETTLE_NS;
    snprintf(request.name, sizeof(request.name), "%s", point->what->name);
    if (!worker_run(find_worker(point), &request, &reply))
        snprintf(point->failed, sizeof(point->failed), "%s", reply.text);
    else if (!is_warm_up)
        point_add(point, &reply);
}

static void visit_all(struct points *points, const struct budget *budget, unsigned round)
{
    for (size_t i = 0; i < points->len; i++) {
        struct point *point = &points->items[i];
        if (round == 0)
            progress("warming up: %s %s, %s", point->what->name, payload_text(point->payload),
                     placement_names[point->placement]);
        else
            progress("round %u, %3.0f %%: %s %s, %s, %s", round,
                     100.0 * (double)i / (double)points->len, point->what->name,
                     payload_text(point->payload), transport_names[point->transport],
                     placement_names[point->placement]);
        visit(point, budget, round == 0);
    }
}

static void stop_workers(void)
{
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++) {
        for (size_t i = 0; i < num_bench_cases; i++)
            worker_stop(&natives[placement][i]);
        for (int transport = 0; transport < NUM_TRANSPORTS; transport++)
            worker_stop(&suites[transport][placement]);
    }
}

unsigned rounds_run(struct points *points)
{
    const struct budget *budget = settings.smoke ? &smoke : settings.quick ? &quick : &full;
    uint64_t start = measure_now_ns();
    if (!settings.smoke)
        visit_all(points, budget, 0);
    unsigned rounds = 0;
    uint64_t first = measure_now_ns();
    while (rounds < budget->max_rounds) {
        uint64_t now = measure_now_ns();
        uint64_t one = rounds > 0 ? (now - first) / rounds : 0;
        if (rounds >= budget->min_rounds && now - start + one > budget->total_ns)
            break;
        visit_all(points, budget, ++rounds);
        if (!settings.is_tty)
            fprintf(stderr, "bench: round %u done after %.0f s\n", rounds,
                    (double)(measure_now_ns() - start) / 1e9);
    }
    progress_end();
    stop_workers();
    return rounds;
}
