// Measures the cost of a suite as its tasks, clients or pairs increase in number, with the default
// placement. Two suites are measured in turns: one grows, and the other does not.
#include "bench.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "scale.h"

#define CALL_NS     20000000
#define CROWD_NS    300000000
#define MAX_CLIENTS 128
#define MAX_PAIRS   32
#define LIMITED     64 // the number of clients that has a limit in the verdicts

struct scale scale;

static void ask(struct worker *worker, const char *name, uint64_t payload, uint64_t ns,
                uint64_t ops, struct bench_reply *reply)
{
    struct bench_request request = {.payload = payload, .min_ns = ns, .min_ops = 1};
    snprintf(request.name, sizeof(request.name), "%s", name);
    if (ops > 0)
        request.min_ops = request.max_ops = ops;
    else
        request.warm_up_ns = ns / 4;
    if (!worker_run(worker, &request, reply))
        bench_die("%s", reply->text);
}

static double median_sample(const struct bench_reply *reply, double share)
{
    double values[BENCH_SAMPLES];
    for (uint32_t i = 0; i < reply->num_samples; i++)
        values[i] = reply->samples[i];
    if (median_of(values, reply->num_samples) <= 0) // sorts them
        return 0;
    return values[(size_t)(share * (reply->num_samples - 1))];
}

// The proportional set size of a process in KiB if it is an idle task of the suite, else 0.
static double idle_pss(const char *pid, pid_t launcher)
{
    char path[64], line[256], comm[32];
    int parent;
    double pss = 0;
    snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
    FILE *file = fopen(path, "re");
    bool is_idle = file && fscanf(file, "%*d (%31[^)]) %*c %d", comm, &parent) == 2 &&
                   parent == launcher && !strcmp(comm, "bench_child");
    if (file)
        fclose(file);
    if (!is_idle)
        return 0;
    snprintf(path, sizeof(path), "/proc/%.16s/smaps_rollup", pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "Pss: %lf", &pss) == 1)
            break;
    }
    if (file)
        fclose(file);
    return pss;
}

static double mean_pss(pid_t launcher)
{
    DIR *proc = opendir("/proc");
    double sum = 0;
    unsigned num = 0;
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        double pss = entry->d_name[0] >= '0' && entry->d_name[0] <= '9'
                         ? idle_pss(entry->d_name, launcher)
                         : 0;
        sum += pss;
        num += pss > 0;
    }
    if (proc)
        closedir(proc);
    return num > 0 ? sum / num : 0;
}

// Compares one ipc_call without idle tasks in the suite to one with them.
static void compare_calls(struct worker *none, struct worker *crowded, struct scale_idle *result)
{
    unsigned rounds = settings.quick ? 5 : 25;
    double without[32], with[32];
    struct bench_reply reply;
    for (unsigned round = 0; round < rounds; round++) {
        ask(none, "ipc_call", 0, CALL_NS, 0, &reply);
        without[round] = (double)reply.total_ns / (double)reply.ops;
        ask(crowded, "ipc_call", 0, CALL_NS, 0, &reply);
        with[round] = (double)reply.total_ns / (double)reply.ops;
    }
    result->none = median_of(without, rounds);
    result->crowded = median_of(with, rounds);
}

static void measure_idle(enum transport transport, bool brief)
{
    static const unsigned steps[] = {0, 8, 32, 125, 250, 500};
    struct worker none = {0}, crowded = {0};
    struct suite_plan plan = {.placement = DEFAULT_PLACEMENT, .transport = transport};
    struct bench_reply reply;
    unsigned idle = 0;
    if (!suite_start(&none, &plan) || !suite_start(&crowded, &plan))
        bench_die("cannot start a suite");
    for (size_t i = brief ? 5 : 0; i < 6; i++) {
        struct scale_idle *result = &scale.idle[scale.num_idle++];
        *result = (struct scale_idle){.transport = transport, .idle = steps[i]};
        progress("%u idle tasks, %s", result->idle, transport_names[transport]);
        if (result->idle > idle) {
            ask(&crowded, "spawn_idle", 0, 0, result->idle - idle, &reply);
            result->boot = median_sample(&reply, 0.5);
        }
        idle = result->idle;
        compare_calls(&none, &crowded, result);
        result->pss = mean_pss(crowded.pid);
    }
    worker_stop(&none);
    worker_stop(&crowded);
}

static void add_crowd(enum transport transport, bool pairs, unsigned clients,
                      const struct bench_reply *reply)
{
    struct scale_crowd *result = &scale.crowds[scale.num_crowds++];
    result->transport = transport;
    result->pairs = pairs;
    result->clients = clients;
    result->latency = median_sample(reply, 0.5);
    result->best = median_sample(reply, 0);
    result->worst = median_sample(reply, 1);
    result->per_s = (double)reply->ops / ((double)reply->total_ns / 1e9);
}

static void measure_crowds(enum transport transport, bool brief)
{
    unsigned most = brief ? LIMITED : MAX_CLIENTS;
    struct worker worker = {0};
    struct suite_plan plan = {
        .placement = DEFAULT_PLACEMENT, .transport = transport, .num_clients = most};
    struct bench_reply reply;
    progress("starting %u tasks", most);
    if (!suite_start(&worker, &plan))
        bench_die("cannot start a suite");
    for (unsigned clients = brief ? LIMITED : 1; clients <= most; clients *= 2) {
        progress("%u clients of one server, %s", clients, transport_names[transport]);
        ask(&worker, "crowd", clients, CROWD_NS / 4, 0, &reply); // makes the channels
        ask(&worker, "crowd", clients, CROWD_NS, 0, &reply);
        add_crowd(transport, false, clients, &reply);
    }
    worker_stop(&worker);
}

// Each pair prints a line, which the launcher passes on with the task's name in front.
static void measure_pairs(enum transport transport, unsigned pairs)
{
    struct worker worker = {0};
    struct suite_plan plan = {.placement = DEFAULT_PLACEMENT,
                              .transport = transport,
                              .num_pairs = pairs,
                              .pair_ms = CROWD_NS / 1000000 + 20 * pairs};
    struct bench_reply reply = {.total_ns = plan.pair_ms * 1000000ull};
    char line[256];
    progress("%u pairs, %s", pairs, transport_names[transport]);
    if (!suite_start(&worker, &plan))
        bench_die("cannot start a suite");
    FILE *lines = fdopen(dup(worker.out), "r");
    while (lines && reply.num_samples < pairs && fgets(line, sizeof(line), lines)) {
        unsigned long long ops, mean;
        if (sscanf(line, "[c%*u] pair %llu %llu", &ops, &mean) != 2)
            continue;
        reply.ops += ops;
        reply.samples[reply.num_samples++] = (uint32_t)mean;
    }
    if (reply.num_samples < pairs)
        bench_die("only %u of %u pairs have measured", reply.num_samples, pairs);
    fclose(lines);
    worker_stop(&worker);
    add_crowd(transport, true, pairs, &reply);
}

void scale_measure(bool brief)
{
    for (int i = 0; i < NUM_TRANSPORTS; i++) {
        enum transport transport = (enum transport)i;
        if (!transport_is_there(transport))
            continue;
        measure_idle(transport, brief);
        measure_crowds(transport, brief);
        for (unsigned pairs = 1; pairs <= MAX_PAIRS && !brief; pairs *= 2)
            measure_pairs(transport, pairs);
    }
    rest_measure();
    progress_end();
}
