// The printed table, and the figures that have a limit.
#include "bench.h"
#include <string.h>

const char *payload_text(uint64_t payload)
{
    static char text[4][24]; // so that several can be printed at once
    static unsigned turn;
    char *to = text[turn++ % 4];
    if (payload >= 1 << 20)
        snprintf(to, sizeof(text[0]), "%llu MiB", (unsigned long long)payload >> 20);
    else if (payload >= 1 << 10)
        snprintf(to, sizeof(text[0]), "%llu KiB", (unsigned long long)payload >> 10);
    else
        snprintf(to, sizeof(text[0]), "%llu B", (unsigned long long)payload);
    return to;
}

const char *time_text(double ns)
{
    static char text[8][24];
    static unsigned turn;
    char *to = text[turn++ % 8];
    if (ns >= 1e6)
        snprintf(to, sizeof(text[0]), "%.2f ms", ns / 1e6);
    else if (ns >= 1e3)
        snprintf(to, sizeof(text[0]), "%.2f us", ns / 1e3);
    else
        snprintf(to, sizeof(text[0]), "%.0f ns", ns);
    return to;
}

void table_print(FILE *out, const struct points *points)
{
    const char *rule = "--------------------------------------------------------------------------";
    host_line(out);
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++) {
        fprintf(out, "\n\n%s\n%-16s %8s %11s %11s %11s %11s %11s %6s\n%s------------\n",
                placement_names[placement], "case", "payload", "median", "p10", "p90", "p99",
                "floor", "ratio", rule);
        for (size_t c = 0; c < num_bench_cases; c++) {
            for (size_t i = 0; i < points->len; i++) {
                const struct point *p = &points->items[i];
                if (p->what != &bench_cases[c] || (int)p->placement != placement)
                    continue;
                fprintf(out, "%-16s %8s ", p->what->name,
                        p->what->payloads == NO_PAYLOAD ? "" : payload_text(p->payload));
                if (p->failed[0]) {
                    fprintf(out, "FAILED: %s\n", p->failed);
                    continue;
                }
                fprintf(out, "%11s %11s %11s %11s", time_text(p->median), time_text(p->p10),
                        time_text(p->p90), time_text(p->p99));
                if (p->floor > 0)
                    fprintf(out, " %11s %6.2f", time_text(p->floor), p->ratio);
                fputc('\n', out);
            }
        }
    }
}

static void limit_ratio(const struct points *points, const char *name, uint64_t payload,
                        double limit, verdict_fn row, void *ctx)
{
    char what[160];
    for (size_t i = 0; i < points->len; i++) {
        const struct point *p = &points->items[i];
        if (p->placement != SAME_CORE || p->payload != payload ||
            strcmp(p->what->name, name) != 0 || p->ratio == 0)
            continue;
        if (p->what->payloads == NO_PAYLOAD)
            snprintf(what, sizeof(what), "%s, same core, to %s", name, p->floor_text);
        else
            snprintf(what, sizeof(what), "%s %s, same core, to %s", name, payload_text(payload),
                     p->floor_text);
        row(ctx, what, p->ratio, limit, true);
    }
}

// The slowest of the payloads, in relation to a peer with default settings.
static void against_peer(const struct points *points, const char *peer, verdict_fn row, void *ctx)
{
    double worst = 0;
    uint64_t at = 0;
    for (size_t i = 0; i < num_bench_payloads; i++) {
        double ours = points_median(points, "ool_call", bench_payloads[i], DEFAULT_PLACEMENT);
        double theirs = points_median(points, peer, bench_payloads[i], DEFAULT_PLACEMENT);
        if (ours > 0 && theirs > 0 && ours / theirs > worst) {
            worst = ours / theirs;
            at = bench_payloads[i];
        }
    }
    char what[96];
    snprintf(what, sizeof(what), "ool_call, default, to %s, worst of all payloads (%s)", peer,
             payload_text(at));
    if (worst > 0)
        row(ctx, what, worst, 1, true);
}

void verdicts(const struct points *points, verdict_fn row, void *ctx)
{
    limit_ratio(points, "floor_call", 0, 1.2, row, ctx);
    limit_ratio(points, "ipc_call", 0, 1.15, row, ctx);
    limit_ratio(points, "ool_send", 4096, 1.15, row, ctx);
    limit_ratio(points, "ool_send", 1 << 20, 1.15, row, ctx);
    limit_ratio(points, "ool_send", 16 << 20, 1.15, row, ctx);
    limit_ratio(points, "ool_call", 4096, 1.2, row, ctx);
    against_peer(points, "peer_zeromq", row, ctx);
    against_peer(points, "peer_nng", row, ctx);
    against_peer(points, "peer_dbus", row, ctx);

    double same = points_median(points, "ipc_call", 0, SAME_CORE);
    double two = points_median(points, "ipc_call", 0, TWO_CORES);
    double own = points_median(points, "ipc_call", 0, DEFAULT_PLACEMENT);
    double best = two > 0 && two < same ? two : same;
    if (best > 0 && own > 0)
        row(ctx, "ipc_call, default placement, to the best pinned", own / best, 1.3, true);
    double boot = points_median(points, "spawn", 0, DEFAULT_PLACEMENT);
    if (boot > 0)
        row(ctx, "start of a task, default placement, in ms", boot / 1e6, 5, false);
}
