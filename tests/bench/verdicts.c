// Compares results with their limits.
#include <string.h>
#include "bench.h"

#define MIB ((uint64_t)1 << 20)

// Prints one row: the ratio of a result of Oolong to another result.
static void relate(verdict_fn row, void *ctx, const char *what, double ours, double other,
                   double limit)
{
    if (ours > 0 && other > 0)
        row(ctx, what, ours / other, limit);
}

static void limit_ratio(const struct points *points, const char *name, enum transport transport,
                        uint64_t payload, enum placement placement, double limit, verdict_fn row,
                        void *ctx)
{
    char what[192];
    const struct point *p = points_find(points, name, transport, payload, placement);
    if (!p || p->ratio == 0)
        return;
    snprintf(what, sizeof(what), "%s%s%s%s%s, %s, to %s", name, transport == SHM ? " shm" : "",
             p->what->payloads == NO_PAYLOAD ? "" : " ",
             p->what->payloads == NO_PAYLOAD ? "" : payload_text(payload), "",
             placement_names[placement], p->floor_text);
    row(ctx, what, p->ratio, limit);
}

// Prints the worst ratio to a peer among the payloads from `least` to `most`.
static void against_peer(const struct points *points, const char *peer, enum transport transport,
                         enum placement placement, uint64_t least, uint64_t most, double limit,
                         verdict_fn row, void *ctx)
{
    double worst = 0;
    uint64_t at = 0;
    for (size_t i = 0; i < num_bench_payloads; i++) {
        uint64_t payload = bench_payloads[i];
        double ours = points_ours(points, "ool_call", transport, payload, placement);
        double theirs = points_median(points, peer, payload, placement);
        if (payload < least || payload > most || ours <= 0 || theirs <= 0 || ours / theirs <= worst)
            continue;
        worst = ours / theirs;
        at = payload;
    }
    char what[160];
    snprintf(what, sizeof(what), "ool_call %s, %s, to %s, worst of %s to %s (%s)",
             transport_names[transport], placement_names[placement], peer, payload_text(least),
             payload_text(most), payload_text(at));
    if (worst > 0)
        row(ctx, what, worst, limit);
}

static void verdicts_of_socket(const struct points *points, verdict_fn row, void *ctx)
{
    limit_ratio(points, "floor_call", FLOOR, 0, SAME_CORE, 1.2, row, ctx);
    limit_ratio(points, "ipc_call", SOCKET, 0, SAME_CORE, 1.15, row, ctx);
    limit_ratio(points, "ool_send", SOCKET, 4096, SAME_CORE, 1.15, row, ctx);
    relate(row, ctx, "ool_send 4 KiB, same-core, to floor_place",
           points_ours(points, "ool_send", SOCKET, 4096, SAME_CORE),
           points_median(points, "floor_place", 4096, SAME_CORE), 1.15);
    limit_ratio(points, "ool_send", SOCKET, MIB, SAME_CORE, 1.15, row, ctx);
    limit_ratio(points, "ool_send", SOCKET, 16 * MIB, SAME_CORE, 1.15, row, ctx);
    limit_ratio(points, "ool_call", SOCKET, 4096, SAME_CORE, 1.2, row, ctx);
    relate(row, ctx, "ool_call 4 KiB, same-core, to floor_echo",
           points_ours(points, "ool_call", SOCKET, 4096, SAME_CORE),
           points_median(points, "floor_echo", 4096, SAME_CORE), 1.2);
    static const char *const peers[] = {"peer_zeromq", "peer_nng", "peer_dbus"};
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
        against_peer(points, peers[i], SOCKET, DEFAULT_PLACEMENT, 0, 16 * MIB, 1, row, ctx);

    double same = points_ours(points, "ipc_call", SOCKET, 0, SAME_CORE);
    double two = points_ours(points, "ipc_call", SOCKET, 0, TWO_CORES);
    relate(row, ctx, "ipc_call socket, default placement, to the best pinned",
           points_ours(points, "ipc_call", SOCKET, 0, DEFAULT_PLACEMENT),
           two > 0 && two < same ? two : same, 1.3);
    relate(row, ctx, "start of a task, default placement, in ms",
           points_ours(points, "spawn", SOCKET, 0, DEFAULT_PLACEMENT), 1e6, 5);
}

static void verdicts_of_shm(const struct points *points, verdict_fn row, void *ctx)
{
    limit_ratio(points, "ipc_call", SHM, 0, SAME_CORE, 1.25, row, ctx);
    limit_ratio(points, "ipc_call", SHM, 0, TWO_CORES, 4, row, ctx);
    double call = points_ours(points, "ipc_call", SHM, 0, DEFAULT_PLACEMENT);
    relate(row, ctx, "ipc_call shm, default, to peer_zeromq", call,
           points_median(points, "peer_zeromq", 0, DEFAULT_PLACEMENT), 0.1);
    relate(row, ctx, "ipc_call shm, default, to floor_pingpong", call,
           points_median(points, "floor_pingpong", 0, DEFAULT_PLACEMENT), 0.6);
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++) {
        against_peer(points, "peer_uds_stream", SHM, (enum placement)placement, 64, MIB, 0.55, row,
                     ctx);
        against_peer(points, "peer_uds_stream", SHM, (enum placement)placement, 4 * MIB, 16 * MIB,
                     0.65, row, ctx);
    }
    relate(row, ctx, "ool_call shm 1 MiB, same-core, to 4 floor_memcpy",
           points_ours(points, "ool_call", SHM, MIB, SAME_CORE),
           4 * points_median(points, "floor_memcpy", MIB, SAME_CORE), 1.5);
    relate(row, ctx, "reading a file of 200 MiB, shm, to floor_file",
           points_ours(points, "fs_file", SHM, 0, DEFAULT_PLACEMENT),
           points_median(points, "floor_file", 0, DEFAULT_PLACEMENT), 1.15);
    relate(row, ctx, "reading a file of 200 MiB, shm, to half the time with sockets",
           2 * points_ours(points, "fs_file", SHM, 0, DEFAULT_PLACEMENT),
           points_ours(points, "fs_file", SOCKET, 0, DEFAULT_PLACEMENT), 1);
}

void verdicts(const struct points *points, verdict_fn row, void *ctx)
{
    verdicts_of_socket(points, row, ctx);
    verdicts_of_shm(points, row, ctx);
}

void verdict_print(void *ctx, const char *what, double value, double limit)
{
    (void)ctx;
    printf("%-7s %7.2f of %6.2f  %s\n", value <= limit ? "ok" : "ABOVE", value, limit, what);
}
