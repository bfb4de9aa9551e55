// Measures the processor time of a suite in which all tasks wait.
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>
#include "scale.h"

#define NUM_TASKS 20 // without vm
#define SETTLE_US 500000
#define FULL_US   5000000
#define QUICK_US  2000000

// How long a process has run, in ns, if it is the launcher or a child of the launcher; else 0.
static uint64_t run_ns(const char *pid, pid_t launcher)
{
    char path[64];
    int parent = 0;
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
    FILE *file = fopen(path, "re");
    bool is_ours = file && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) == 1 &&
                   (parent == launcher || atoi(pid) == launcher);
    if (file)
        fclose(file);
    if (!is_ours)
        return 0;
    snprintf(path, sizeof(path), "/proc/%.16s/schedstat", pid);
    file = fopen(path, "re");
    if (file && fscanf(file, "%llu", &ns) != 1)
        ns = 0;
    if (file)
        fclose(file);
    return ns;
}

static uint64_t suite_ns(pid_t launcher)
{
    uint64_t sum = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            sum += run_ns(entry->d_name, launcher);
    }
    if (proc)
        closedir(proc);
    return sum;
}

// Both suites run at the same time, because idle suites do not disturb each other.
void rest_measure(void)
{
    struct worker suites[NUM_TRANSPORTS] = {{0}};
    uint64_t before[NUM_TRANSPORTS] = {0};
    useconds_t us = settings.quick ? QUICK_US : FULL_US;
    progress("%d tasks at rest", NUM_TASKS);
    for (int i = 0; i < NUM_TRANSPORTS; i++) {
        // bench and bench_task count as tasks, too.
        struct suite_plan plan = {.placement = DEFAULT_PLACEMENT,
                                  .transport = (enum transport)i,
                                  .num_clients = NUM_TASKS - 2};
        struct bench_reply reply;
        struct bench_request request = {.name = "crowd", .payload = plan.num_clients, .min_ns = 1};
        if (transport_is_there(plan.transport) &&
            (!suite_start(&suites[i], &plan) || !worker_run(&suites[i], &request, &reply)))
            bench_die("a suite of %d tasks does not start", NUM_TASKS);
    }
    usleep(SETTLE_US);
    uint64_t start = measure_now_ns();
    for (int i = 0; i < NUM_TRANSPORTS; i++)
        before[i] = suites[i].pid > 0 ? suite_ns(suites[i].pid) : 0;
    usleep(us);
    for (int i = 0; i < NUM_TRANSPORTS; i++) {
        if (suites[i].pid <= 0)
            continue;
        uint64_t took = suite_ns(suites[i].pid) - before[i];
        scale.rests[scale.num_rests++] =
            (struct scale_rest){.transport = (enum transport)i,
                                .share = (double)took / (double)(measure_now_ns() - start)};
        worker_stop(&suites[i]);
    }
}
