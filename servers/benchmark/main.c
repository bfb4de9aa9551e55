// benchmark: measures round trips to the server of `benchmark` and to vm, and prints METRIC lines.
//
// Sandbox: profile "plain".
#include <idl/benchmark.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES      5
#define MIN_BATCH_NS 20000000 // a batch takes at least this time, to be measured precisely
#define DEFAULT_MAX  (1024 * 1024)

static const char help[] =
    "usage: benchmark [MAX_SIZE]\n"
    "\n"
    "Measures round trips to the server of \"benchmark\" and to vm, and prints one JSON\n"
    "object a line: {\"type\": \"metric\", \"key\": KEY, \"value\": NANOSECONDS}. Each value\n"
    "is the median of 5 batches.\n"
    "\n"
    "  ipc_call          a call without payload\n"
    "  vm_call           the same, to vm\n"
    "  ool_call_SIZE     a call with SIZE bytes in each direction, SIZE up to MAX_SIZE\n"
    "                    (1048576 without one)\n"
    "  vm_ool_call_SIZE  SIZE bytes to vm, 7 bytes back\n";

// One round trip, which a measurement repeats. `data` is NULL for a call without payload.
struct load {
    task_t server;
    const void *data;
    size_t len;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Makes one round trip and checks the answer. A nop answers seven times its value. The server of
// `benchmark` sends all of `data` back; vm answers 7 bytes, whatever it gets.
static void call_once(const struct load *load)
{
    int value;
    void *reply;
    size_t reply_len;
    if (!load->data) {
        ASSERT_OK(benchmark_nop(load->server, 1, &value));
        ASSERT(value == 7);
        return;
    }
    ASSERT_OK(benchmark_nop_with_ool(load->server, load->data, load->len, &reply, &reply_len));
    ASSERT(load->server == VM_TASK || reply_len == load->len);
    free(reply);
}

static uint64_t run_batch(const struct load *load, uint64_t rounds)
{
    uint64_t start = now_ns();
    for (uint64_t i = 0; i < rounds; i++)
        call_once(load);
    return now_ns() - start;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void measure(const char *key, const struct load *load)
{
    uint64_t rounds = 1, total, batches[BATCHES];
    while ((total = run_batch(load, rounds)) < MIN_BATCH_NS)
        rounds *= total < MIN_BATCH_NS / 8 ? 4 : 2;
    for (int i = 0; i < BATCHES; i++)
        batches[i] = run_batch(load, rounds) / rounds;
    qsort(batches, BATCHES, sizeof(batches[0]), compare);
    METRIC(key, batches[BATCHES / 2]);
    fflush(stdout);
}

static void measure_payloads(task_t server, const char *prefix, size_t max_len)
{
    char *data = malloc(max_len > 0 ? max_len : 1);
    ASSERT(data != NULL);
    memset(data, 'x', max_len);
    for (size_t len = 1; len <= max_len; len *= 4) {
        char key[64];
        snprintf(key, sizeof(key), "%s_%zu", prefix, len);
        struct load load = {server, data, len};
        measure(key, &load);
    }
    free(data);
}

void main(void)
{
    size_t max_len = DEFAULT_MAX;
    if (task_argc() > 1) {
        char *end;
        const char *arg = task_argv()[1];
        max_len = strtoul(arg, &end, 10);
        if (strcmp(arg, "--help") == 0) {
            printf("%s", help);
            return;
        }
        if (task_argc() > 2 || *arg < '0' || *arg > '9' || *end || max_len > 1u << 30) {
            fprintf(stderr, "%s", help);
            exit(2);
        }
    }

    task_t server = ipc_lookup("benchmark");
    ASSERT_OK(server);
    struct load to_server = {.server = server}, to_vm = {.server = VM_TASK};
    measure("ipc_call", &to_server);
    measure("vm_call", &to_vm);
    measure_payloads(server, "ool_call", max_len);
    measure_payloads(VM_TASK, "vm_ool_call", max_len);
}
