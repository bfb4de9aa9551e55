// Counts system calls, copies and allocations of each operation. The counts do not vary, so a test
// can compare them. Each is the difference of two runs with different numbers of operations,
// divided by the difference of those numbers.
#include "bench.h"
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include "tracer.h"

#define FEW  20
#define MANY 120

struct count counts[MAX_COUNTS];
size_t num_counts;

static const struct {
    const char *name;
    uint64_t payload;
} counted[] = {
    {"ipc_call", 0},     {"ipc_send", 0},       {"ipc_notify", 0}, {"lookup", 0},
    {"ool_recv", 0},     {"ool_oneway", 4096},  {"ool_call", 0},   {"ool_call", 4096},
    {"ool_call", 65536}, {"ool_call", 1 << 20}, {"fs_read", 4096},
};

struct snapshot {
    struct traced_suite suite;
    struct bench_reply reply;
};

static bool take(struct worker *worker, const char *name, uint64_t payload, uint64_t ops,
                 struct snapshot *before, struct snapshot *after)
{
    struct bench_request request = {.payload = payload, .min_ops = ops, .max_ops = ops};
    snprintf(request.name, sizeof(request.name), "%s", name);
    tracer_read(&before->suite);
    if (!worker_run(worker, &request, &after->reply)) {
        fprintf(stderr, "bench: %s\n", after->reply.text);
        return false;
    }
    tracer_read(&after->suite);
    return true;
}

// The additional count of `many` compared with `few`, for each operation.
static double each(uint64_t many_before, uint64_t many_after, uint64_t few_before,
                   uint64_t few_after)
{
    uint64_t many = many_after - many_before;
    uint64_t few = few_after - few_before;
    return ((double)many - (double)few) / (MANY - FEW);
}

// A notification may find the other side awake or asleep, so what it takes varies.
static bool varies(const char *name)
{
    return !strcmp(name, "ipc_notify");
}

static void count_task(const char *name, uint64_t payload, size_t i, const struct snapshot few[2],
                       const struct snapshot many[2])
{
    struct count *count = &counts[num_counts];
    const struct traced *task[] = {&few[0].suite.tasks[i], &few[1].suite.tasks[i],
                                   &many[0].suite.tasks[i], &many[1].suite.tasks[i]};
    memset(count, 0, sizeof(*count));
    size_t at = 0;
    for (unsigned nr = 0; nr < TRACER_MAX_CALLS; nr++) {
        double calls =
            each(task[2]->calls[nr], task[3]->calls[nr], task[0]->calls[nr], task[1]->calls[nr]);
        // Rare calls do not belong to the operation: a heap that grew, the launcher's clock and
        // signals.
        if (calls < (varies(name) ? 0.1 : 0.8))
            continue;
        char *call = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);
        // libipc may use either of two calls, depending on the kernel: see TRANSPORT_NO_FDS.
        bool receives = call && (!strcmp(call, "recvfrom") || !strcmp(call, "recvmsg"));
        count->total += calls;
        at += (size_t)snprintf(count->calls + at, sizeof(count->calls) - at, "%s%s=%.4g",
                               at ? " " : "",
                               receives ? "recv"
                               : call   ? call
                                        : "?",
                               calls);
        free(call);
    }
    if (count->total == 0 || num_counts == MAX_COUNTS - 1)
        return;
    count->read = each(task[2]->read, task[3]->read, task[0]->read, task[1]->read);
    count->written = each(task[2]->written, task[3]->written, task[0]->written, task[1]->written);
    snprintf(count->name, sizeof(count->name), "%s", name);
    snprintf(count->process, sizeof(count->process), "%s", task[3]->name);
    count->payload = payload;
    int side = !strcmp(count->process, "client") ? 0 : !strcmp(count->process, "server") ? 1 : -1;
    count->allocations = count->copies = -1;
    if (side >= 0) {
        count->allocations =
            each(0, many[1].reply.allocations[side], 0, few[1].reply.allocations[side]);
        count->copies = each(0, many[1].reply.copies[side], 0, few[1].reply.copies[side]);
    }
    num_counts++;
}

static bool count_case(struct worker *worker, const char *name, uint64_t payload)
{
    static struct snapshot warm[2], few[2], many[2];
    progress("counting: %s %s", name, payload_text(payload));
    if (!take(worker, name, payload, FEW, &warm[0], &warm[1]) ||
        !take(worker, name, payload, FEW, &few[0], &few[1]) ||
        !take(worker, name, payload, MANY, &many[0], &many[1]))
        return false;
    static const char *const order[] = {"client", "server", "vm", "archivefs", "launcher"};
    for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
        for (size_t i = 0; i < many[1].suite.len; i++) {
            if (!strcmp(many[1].suite.tasks[i].name, order[o]))
                count_task(name, payload, i, few, many);
        }
    }
    return true;
}

bool counts_take(const char **why)
{
    struct worker worker = {.pid = 0};
    struct suite_plan plan = {
        .placement = SAME_CORE, .counting = true, .trace = true, .files = true};
    num_counts = 0;
    if (!tracer_start(&worker, &plan, why))
        return false;
    bool is_good = true;
    for (size_t i = 0; is_good && i < sizeof(counted) / sizeof(counted[0]); i++)
        is_good = count_case(&worker, counted[i].name, counted[i].payload);
    tracer_stop(&worker);
    progress_end();
    *why = "the suite failed";
    return is_good;
}

static void line_of(const struct count *count, char *line, size_t size)
{
    int n = snprintf(line, size, "%s %llu %s: %s", count->name, (unsigned long long)count->payload,
                     count->process, count->calls);
    if (count->read > 0 || count->written > 0)
        n += snprintf(line + n, size - (size_t)n, "; read %.0f bytes, wrote %.0f", count->read,
                      count->written);
    if (count->allocations >= 0)
        snprintf(line + n, size - (size_t)n, "; %.4g allocations, %.4g copies", count->allocations,
                 count->copies);
}

void counts_print(FILE *out)
{
    char line[512];
    if (num_counts > 0)
        fprintf(out, "\nfor each operation: case, payload, process, system calls\n");
    for (size_t i = 0; i < num_counts; i++) {
        line_of(&counts[i], line, sizeof(line));
        fprintf(out, "%s\n", line);
    }
}

static bool was_counted(const char *expected, bool found[MAX_COUNTS])
{
    char line[512];
    for (size_t i = 0; i < num_counts; i++) {
        line_of(&counts[i], line, sizeof(line));
        if (!found[i] && !strcmp(line, expected))
            return found[i] = true;
    }
    return false;
}

unsigned counts_check(const char *path)
{
    char line[512];
    bool found[MAX_COUNTS] = {false};
    unsigned wrong = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        bench_die("cannot read %s: %s", path, strerror(errno));
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0' || was_counted(line, found))
            continue;
        printf("only expected: %s\n", line);
        wrong++;
    }
    fclose(file);
    for (size_t i = 0; i < num_counts; i++) {
        if (found[i] || varies(counts[i].name))
            continue;
        line_of(&counts[i], line, sizeof(line));
        printf("only counted:  %s\n", line);
        wrong++;
    }
    printf("%u lines differ from %s\n", wrong, path);
    return wrong;
}
