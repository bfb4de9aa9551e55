// Many tasks, many clients, many pairs: what a suite costs as it grows, with the placement that it
// has by default. Two suites are measured in turns, one that grows and one that does not.
#include "bench.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL_NS     20000000
#define CROWD_NS    300000000
#define MAX_CLIENTS 128
#define MAX_PAIRS   32

static const unsigned idle_steps[] = {0, 8, 32, 125, 250, 500};
#define NUM_IDLE_STEPS (sizeof(idle_steps) / sizeof(idle_steps[0]))

struct idle_result {
    unsigned idle;
    double none, crowded; // ns of an ipc_call, without and with them
    double boot;          // ns, of those that were started in this step
    double pss;           // KiB of one of them
};

struct crowd_result {
    bool pairs;
    unsigned clients;
    double latency; // ns of a call, median of the clients
    double best, worst;
    double per_s; // calls a second, of all
};

static struct idle_result idle_results[NUM_IDLE_STEPS];
static struct crowd_result crowd_results[32];
static size_t num_crowd_results;

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

static void measure_idle(void)
{
    struct worker none = {0}, crowded = {0};
    struct suite_plan plan = {.placement = DEFAULT_PLACEMENT};
    unsigned rounds = settings.quick ? 5 : 25;
    struct bench_reply reply;
    unsigned idle = 0;
    if (!suite_start(&none, &plan) || !suite_start(&crowded, &plan))
        bench_die("cannot start a suite");
    for (size_t i = 0; i < NUM_IDLE_STEPS; i++) {
        struct idle_result *result = &idle_results[i];
        double without[32], with[32];
        result->idle = idle_steps[i];
        progress("%u idle tasks", result->idle);
        if (result->idle > idle) {
            ask(&crowded, "spawn_idle", 0, 0, result->idle - idle, &reply);
            result->boot = median_sample(&reply, 0.5);
        }
        idle = result->idle;
        for (unsigned round = 0; round < rounds; round++) {
            ask(&none, "ipc_call", 0, CALL_NS, 0, &reply);
            without[round] = (double)reply.total_ns / (double)reply.ops;
            ask(&crowded, "ipc_call", 0, CALL_NS, 0, &reply);
            with[round] = (double)reply.total_ns / (double)reply.ops;
        }
        result->none = median_of(without, rounds);
        result->crowded = median_of(with, rounds);
        result->pss = mean_pss(crowded.pid);
    }
    worker_stop(&none);
    worker_stop(&crowded);
}

static void add_crowd(bool pairs, unsigned clients, const struct bench_reply *reply)
{
    struct crowd_result *result = &crowd_results[num_crowd_results++];
    result->pairs = pairs;
    result->clients = clients;
    result->latency = median_sample(reply, 0.5);
    result->best = median_sample(reply, 0);
    result->worst = median_sample(reply, 1);
    result->per_s = (double)reply->ops / ((double)reply->total_ns / 1e9);
}

static void measure_crowds(void)
{
    struct worker worker = {0};
    struct suite_plan plan = {.placement = DEFAULT_PLACEMENT, .num_clients = MAX_CLIENTS};
    struct bench_reply reply;
    progress("starting %d tasks", MAX_CLIENTS);
    if (!suite_start(&worker, &plan))
        bench_die("cannot start a suite");
    for (unsigned clients = 1; clients <= MAX_CLIENTS; clients *= 2) {
        progress("%u clients of one server", clients);
        ask(&worker, "crowd", clients, CROWD_NS / 4, 0, &reply); // makes the channels
        ask(&worker, "crowd", clients, CROWD_NS, 0, &reply);
        add_crowd(false, clients, &reply);
    }
    worker_stop(&worker);
}

// Each pair prints a line, which the launcher passes on with the task's name in front.
static void measure_pairs(unsigned pairs)
{
    struct worker worker = {0};
    struct suite_plan plan = {.placement = DEFAULT_PLACEMENT,
                              .num_pairs = pairs,
                              .pair_ms = CROWD_NS / 1000000 + 20 * pairs};
    struct bench_reply reply = {.total_ns = plan.pair_ms * 1000000ull};
    char line[256];
    progress("%u pairs", pairs);
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
    add_crowd(true, pairs, &reply);
}

static void write_scale(const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out)
        bench_die("cannot write %s: %s", path, strerror(errno));
    fputs("{\"host\": ", out);
    host_json(out);
    fputs(",\n \"results\": [", out);
    for (size_t i = 0; i < num_crowd_results; i++) {
        const struct crowd_result *r = &crowd_results[i];
        fprintf(out,
                "%s\n  {\"case\": \"%s\", \"transport\": \"socket\", \"payload\": 0, \"clients\": "
                "%u, \"placement\": \"default\", \"median_ns\": %.1f, \"best_ns\": %.1f, "
                "\"worst_ns\": %.1f, \"calls_per_s\": %.0f}",
                i ? "," : "", r->pairs ? "ipc_call_pairs" : "ipc_call", r->clients, r->latency,
                r->best, r->worst, r->per_s);
    }
    fputs("\n ],\n \"tasks\": [", out);
    for (size_t i = 0; i < NUM_IDLE_STEPS; i++) {
        const struct idle_result *r = &idle_results[i];
        fprintf(out,
                "%s\n  {\"idle\": %u, \"ipc_call_ns\": %.1f, \"ipc_call_without_ns\": %.1f, "
                "\"ratio\": %.3f, \"boot_ns\": %.0f, \"pss_kib\": %.0f}",
                i ? "," : "", r->idle, r->crowded, r->none, r->crowded / r->none, r->boot, r->pss);
    }
    fputs("\n ]}\n", out);
    if (fclose(out) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}

static void print_limit(const char *what, double value, double limit)
{
    printf("%-7s %6.2f of %6.2f  %s\n", value <= limit ? "ok" : "ABOVE", value, limit, what);
}

static void print_scale(void)
{
    host_line(stdout);
    printf("\n\n%-12s %12s %12s %6s %12s %10s\n", "idle tasks", "ipc_call", "without", "ratio",
           "start", "memory");
    for (size_t i = 0; i < NUM_IDLE_STEPS; i++) {
        const struct idle_result *r = &idle_results[i];
        printf("%-12u %12s %12s %6.2f %12s %6.0f KiB\n", r->idle, time_text(r->crowded),
               time_text(r->none), r->crowded / r->none, r->boot > 0 ? time_text(r->boot) : "",
               r->pss);
    }
    for (size_t i = 0; i < num_crowd_results; i++) {
        const struct crowd_result *r = &crowd_results[i];
        if (i == 0 || r->pairs != crowd_results[i - 1].pairs)
            printf("\n%-12s %12s %12s %12s %12s\n", r->pairs ? "pairs" : "clients", "ipc_call",
                   "best client", "worst", "calls/s");
        printf("%-12u %12s %12s %12s %12.0f\n", r->clients, time_text(r->latency),
               time_text(r->best), time_text(r->worst), r->per_s);
    }
    const struct idle_result *last = &idle_results[NUM_IDLE_STEPS - 1];
    printf("\nlimits\n");
    print_limit("ipc_call with 500 idle tasks, to none", last->crowded / last->none, 1.2);
    print_limit("memory of an idle task (PSS), in KiB", last->pss, 400);
    print_limit("start of a task, in ms", last->boot / 1e6, 5);
}

int scale_run(void)
{
    char path[PATH_MAX + 32];
    measure_idle();
    measure_crowds();
    for (unsigned pairs = 1; pairs <= MAX_PAIRS; pairs *= 2)
        measure_pairs(pairs);
    progress_end();
    snprintf(path, sizeof(path), "%s/scale.json", settings.out_dir);
    write_scale(path);
    print_scale();
    printf("\nwritten: %s\n", path);
    return EXIT_SUCCESS;
}
