// The operations: each is one row of the table at the end.
#include "bench_task.h"
#include <idl/bench.h>
#include <idl/benchmark.h>
#include <idl/fs.h>
#include <idl/ool.h>
#include <idl/task.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>

static bool call(void *ctx, __unused uint64_t *ns)
{
    const struct load *load = ctx;
    uint64_t answer;
    return IS_OK(bench_ping(load->server, load->seed, &answer)) && answer == load->seed + 1;
}

static bool begin_tally(struct load *load)
{
    uint64_t hits, sinks;
    size_t len;
    bool is_good;
    return IS_OK(bench_tally(load->server, load->seed, &hits, &sinks, &len, &is_good));
}

static bool send(void *ctx, __unused uint64_t *ns)
{
    struct load *load = ctx;
    load->done++;
    return IS_OK(bench_hit(load->server, load->done));
}

static bool end_send(struct load *load)
{
    uint64_t hits, sinks;
    size_t len;
    bool is_good;
    return IS_OK(bench_tally(load->server, load->seed, &hits, &sinks, &len, &is_good)) &&
           hits == load->done;
}

// A notification there and one back. The server notifies the task that called it last.
static bool begin_notify(struct load *load)
{
    uint64_t unused;
    return call(load, &unused);
}

static bool notify(void *ctx, __unused uint64_t *ns)
{
    const struct load *load = ctx;
    struct message m;
    return IS_OK(ipc_notify(load->server, NOTIFY_ABORTED)) && IS_OK(ipc_recv(IPC_ANY, &m)) &&
           m.type == NOTIFICATIONS_MSG && m.notifications.data == NOTIFY_ABORTED;
}

// Measures a call of ool.send and the server's ool.verify, which ends the reservation. Each of the
// two operations reports its own half.
static bool place_and_verify(struct load *load, uint64_t *send_ns, uint64_t *verify_ns)
{
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = load->server;
    m.ool_send.addr = (vaddr_t)load->data;
    m.ool_send.len = load->payload;
    uint64_t start = measure_now_ns();
    error_t err = ipc_call(VM_TASK, &m);
    *send_ns = measure_now_ns() - start;
    bool is_good;
    bool check = load->done++ == 0;
    return IS_OK(err) &&
           IS_OK(bench_verify(load->server, m.ool_send_reply.id, load->payload, load->seed, check,
                              verify_ns, &is_good)) &&
           is_good;
}

// This ool.recv registers no memory, so libipc's buffers stay.
static bool ool_recv_op(__unused void *ctx, __unused uint64_t *ns)
{
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.region = OOL_REGION_ANNOUNCE;
    return IS_OK(ipc_call(VM_TASK, &m));
}

// The server has run since the last operation, so the caches have lost the data of this side.
// Another payload for vm itself brings the data back, because the loops of the floors also run with
// warm caches.
static bool ool_send_op(void *ctx, uint64_t *ns)
{
    const struct load *load = ctx;
    uint64_t unused;
    void *reply;
    size_t len;
    if (IS_ERROR(benchmark_nop_with_ool(VM_TASK, load->data, load->payload, &reply, &len)))
        return false;
    free(reply);
    return place_and_verify(ctx, ns, &unused);
}

static bool ool_verify_op(void *ctx, uint64_t *ns)
{
    uint64_t unused;
    return place_and_verify(ctx, &unused, ns);
}

// Compares the whole of the first answer, and the first and last bytes of every answer.
static bool ool_call_op(void *ctx, __unused uint64_t *ns)
{
    struct load *load = ctx;
    void *data;
    size_t len;
    if (IS_ERROR(bench_echo(load->server, load->data, load->payload, &data, &len)))
        return false;
    bool is_good = len == load->payload;
    size_t edge = len < 8 ? len : 8;
    if (is_good && load->done++ == 0)
        is_good = !memcmp(data, load->data, len);
    else if (is_good)
        is_good = !memcmp(data, load->data, edge) &&
                  !memcmp((uint8_t *)data + len - edge, load->data + len - edge, edge);
    free(data);
    return is_good;
}

static bool ool_oneway_op(void *ctx, __unused uint64_t *ns)
{
    struct load *load = ctx;
    load->done++;
    return IS_OK(bench_sink(load->server, load->data, load->payload));
}

static bool end_oneway(struct load *load)
{
    uint64_t hits, sinks;
    size_t len;
    bool is_good;
    return IS_OK(bench_tally(load->server, load->seed, &hits, &sinks, &len, &is_good)) && is_good &&
           sinks == load->done && len == load->payload;
}

static bool lookup(void *ctx, __unused uint64_t *ns)
{
    const struct load *load = ctx;
    return ipc_lookup("bench") == load->server;
}

// Measures from the request to the first message of the new task. The task of `spawn` then ends,
// and the task of `spawn_idle` stays.
static bool spawn_task(struct load *load, uint64_t *ns, bool stays)
{
    char line[64];
    struct message m;
    snprintf(line, sizeof(line), "bench_child %d%s", task_self(), stays ? " stay" : "");
    uint64_t start = measure_now_ns();
    if (IS_ERROR(task_launch(VM_TASK, line, &load->child)) || IS_ERROR(ipc_recv(load->child, &m)) ||
        m.type != BENCH_BORN_MSG)
        return false;
    *ns = measure_now_ns() - start;
    return stays || ipc_recv(load->child, &m) == ERR_ABORTED;
}

static bool spawn(void *ctx, uint64_t *ns)
{
    return spawn_task(ctx, ns, false);
}

static bool spawn_idle(void *ctx, uint64_t *ns)
{
    return spawn_task(ctx, ns, true);
}

static bool begin_fs(struct load *load)
{
    char path[32];
    snprintf(path, sizeof(path), "/%llu", (unsigned long long)load->payload);
    if (!load->fs)
        load->fs = ipc_lookup("fs");
    return load->fs > 0 && IS_OK(fs_open(load->fs, path, &load->file));
}

static bool fs_read_op(void *ctx, __unused uint64_t *ns)
{
    struct load *load = ctx;
    void *data;
    size_t len;
    if (IS_ERROR(fs_read(load->fs, load->file, 0, load->payload, &data, &len)))
        return false;
    bool is_good =
        len == load->payload && (load->done++ > 0 || measure_matches(data, len, load->payload));
    free(data);
    return is_good;
}

static bool end_fs(struct load *load)
{
    return IS_OK(fs_close(load->fs, load->file));
}

static bool begin_file(struct load *load)
{
    if (!load->fs)
        load->fs = ipc_lookup("fs");
    return load->fs > 0 && IS_OK(fs_open(load->fs, "/long", &load->file));
}

// Compares the beginning of each piece, and the first time the whole file.
static bool fs_file_op(void *ctx, __unused uint64_t *ns)
{
    struct load *load = ctx;
    static bool is_compared;
    uint64_t at = 0;
    void *data;
    size_t len;
    while (at < BENCH_FILE_LEN &&
           IS_OK(fs_read(load->fs, load->file, (offset_t)at, BENCH_FILE_PIECE, &data, &len))) {
        bool is_good =
            len == BENCH_FILE_PIECE && measure_matches(data, is_compared ? 64 : len, at + 1);
        free(data);
        if (!is_good)
            return false;
        at += len;
    }
    is_compared = true;
    return at == BENCH_FILE_LEN;
}

static const struct operation operations[] = {
    {"ipc_call", NULL, call, NULL},
    {"ipc_send", begin_tally, send, end_send},
    {"ipc_notify", begin_notify, notify, NULL},
    {"ool_send", NULL, ool_send_op, NULL},
    {"ool_recv", NULL, ool_recv_op, NULL},
    {"ool_verify", NULL, ool_verify_op, NULL},
    {"ool_call", NULL, ool_call_op, NULL},
    {"ool_oneway", begin_tally, ool_oneway_op, end_oneway},
    {"lookup", NULL, lookup, NULL},
    {"spawn", NULL, spawn, NULL},
    {"spawn_idle", NULL, spawn_idle, NULL},
    {"fs_read", begin_fs, fs_read_op, end_fs},
    {"fs_file", begin_file, fs_file_op, end_fs},
};

const struct operation *operation_find(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (!strcmp(operations[i].name, name))
            return &operations[i];
    }
    return NULL;
}
