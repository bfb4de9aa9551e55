// Writes report.html: the results as charts and tables, in one file without other files.
#include "bench.h"
#include <errno.h>
#include <string.h>
#include "plot.h"
#include "scale.h"

#define MAX_PAYLOADS 16

static const char head[] =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
    "content=\"width=device-width\"><title>Oolong: benchmark</title>\n<style>\n"
    ":root{color-scheme:light dark;--fg:#1d2126;--bg:#fff;--grid:#d9dde2}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e3e6ea;--bg:#16191d;--grid:#343a41}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);"
    "max-width:60em;margin:2em auto;padding:0 1em}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}\n"
    "td,th{padding:.15em .8em;text-align:right;border-bottom:1px solid var(--grid)}\n"
    "td:first-child,th:first-child,td.l{text-align:left}\n"
    ".above{color:#d1242f;font-weight:600}figure{margin:1.5em 0}figcaption{font-weight:600}\n"
    "svg{width:100%;height:auto}svg text{fill:var(--fg);font-size:11px}\n"
    ".grid{stroke:var(--grid)}.line{fill:none!important;stroke-width:2}"
    ".dashed{stroke-dasharray:5 4}\n"
    ".c0{fill:#0969da;stroke:#0969da}.c1{fill:#1a7f37;stroke:#1a7f37}"
    ".c2{fill:#bf8700;stroke:#bf8700}.c3{fill:#cf222e;stroke:#cf222e}"
    ".c4{fill:#8250df;stroke:#8250df}.c5{fill:#953800;stroke:#953800}"
    ".c6{fill:#bf3989;stroke:#bf3989}.c7{fill:#6e7781;stroke:#6e7781}"
    ".c8{fill:#0a3069;stroke:#0a3069}.c9{fill:#116329;stroke:#116329}\nrect{stroke:none!important}"
    "\n</style>\n"
    "<h1>Oolong: benchmark</h1>\n";

// A line of a chart: a case with one transport, or one of the floors of ool_call.
struct line {
    const char *label;
    const char *name; // NULL: the floor
    enum transport transport;
};

static const struct line lines[] = {
    {"ool_call, shm", "ool_call", SHM},
    {"ool_call, socket", "ool_call", SOCKET},
    {"Unix stream", "peer_uds_stream", PEER},
    {"ZeroMQ", "peer_zeromq", PEER},
    {"nng", "peer_nng", PEER},
    {"D-Bus", "peer_dbus", PEER},
    {"floor, shm", NULL, SHM},
    {"floor, socket", NULL, SOCKET},
    {"ool_oneway, shm", "ool_oneway", SHM},
    {"ool_oneway, socket", "ool_oneway", SOCKET},
};
#define NUM_LINES       (sizeof(lines) / sizeof(lines[0]))
#define NUM_ROUND_TRIPS (NUM_LINES - 2) // there and back

static double medians[PLOT_MAX_LINES][MAX_PAYLOADS];

static double line_ns(const struct points *points, const struct line *line, uint64_t payload,
                      enum placement placement)
{
    struct floor floors[NUM_TRANSPORTS] = {{5, 2}, {1, 4}};
    if (line->name)
        return points_ours(points, line->name, line->transport, payload, placement);
    return transport_is_there(line->transport)
               ? points_floor(points, line->transport, floors[line->transport], payload, placement)
               : 0;
}

static void add_line(struct plot *plot, const struct points *points, const struct line *line,
                     enum placement placement, bool is_throughput)
{
    double *y = medians[plot->num_lines];
    bool is_there = false;
    for (size_t i = 0; i < num_bench_payloads; i++) {
        uint64_t payload = bench_payloads[i];
        double ns = line_ns(points, line, payload, placement);
        y[i] = ns <= 0 ? 0 : is_throughput ? 2 * (double)payload / ns : ns / 1000;
        is_there = is_there || y[i] > 0;
    }
    if (is_there)
        plot->lines[plot->num_lines++] = (struct plot_line){line->label, y, !line->name};
}

static void write_plot(FILE *out, const struct points *points, enum placement placement,
                       bool is_throughput)
{
    char title[128];
    struct plot plot = {.title = title,
                        .unit = is_throughput ? "GB/s" : "us",
                        .payloads = bench_payloads,
                        .num_payloads = num_bench_payloads};
    snprintf(title, sizeof(title), "%s by payload, %s",
             is_throughput ? "Throughput of a payload there and back"
                           : "Time of a payload there and back (one-way where it says so)",
             placement_names[placement]);
    for (size_t i = 0; i < (is_throughput ? NUM_ROUND_TRIPS : NUM_LINES); i++)
        add_line(&plot, points, &lines[i], placement, is_throughput);
    plot_lines(out, &plot);
}

// The steps of a one-way message with a payload. Each step was measured alone. The rest of the
// whole is the receiver's copy out of its receive buffer and the influence of the steps on each
// other.
static void write_steps(FILE *out, const struct points *points)
{
    static const char *const parts[] = {"ool.send, the call", "copies by vm", "the message",
                                        "copy out, and the rest"};
    struct plot_bar bars[MAX_PAYLOADS];
    double message = points_ours(points, "ipc_send", SOCKET, 0, SAME_CORE);
    double send = points_ours(points, "ool_send", SOCKET, 0, SAME_CORE);
    size_t num_bars = 0;
    memset(bars, 0, sizeof(bars));
    for (size_t i = 0; i < num_bench_payloads; i++) {
        uint64_t payload = bench_payloads[i];
        double whole = points_ours(points, "ool_oneway", SOCKET, payload, SAME_CORE);
        double placed = points_ours(points, "ool_send", SOCKET, payload, SAME_CORE);
        if (whole <= 0 || placed <= 0 || message <= 0 || send <= 0)
            continue;
        struct plot_bar *bar = &bars[num_bars++];
        snprintf(bar->label, sizeof(bar->label), "%s", payload_text(payload));
        double copies = placed > send ? placed - send : 0;
        double rest = whole - send - copies - message;
        double steps[] = {send, copies, message, rest > 0 ? rest : 0};
        for (size_t p = 0; p < 4; p++)
            bar->parts[p] = steps[p] / 1000;
    }
    plot_bars(out, "Steps of a one-way message with a payload, same core", "us", bars, num_bars,
              parts, 4, true);
}

static void write_counts(FILE *out)
{
    static const char *const parts[] = {"client", "server", "vm", "archivefs", "launcher"};
    struct plot_bar bars[MAX_COUNTS];
    size_t num_bars = 0;
    memset(bars, 0, sizeof(bars));
    for (size_t i = 0; i < num_counts; i++) {
        char label[32];
        snprintf(label, sizeof(label), "%.16s %s", counts[i].name,
                 counts[i].payload > 0 ? payload_text(counts[i].payload) : "");
        if (num_bars == 0 || strcmp(bars[num_bars - 1].label, label) != 0)
            snprintf(bars[num_bars++].label, sizeof(label), "%s", label);
        for (size_t p = 0; p < 5; p++)
            bars[num_bars - 1].parts[p] +=
                strcmp(parts[p], counts[i].process) ? 0 : counts[i].total;
    }
    if (num_bars == 0)
        return;
    fputs("<h2>System calls</h2>\n", out);
    plot_bars(out, "System calls for each operation, by process", "calls", bars, num_bars, parts, 5,
              false);
    fputs("<pre>", out);
    counts_print(out);
    fputs("</pre>\n", out);
}

static void write_verdict(void *ctx, const char *what, double value, double limit)
{
    fprintf(ctx, "<tr><td class=l>%s<td%s>%.2f<td>%.2f\n", what,
            value <= limit ? "" : " class=above", value, limit);
}

static void write_table(FILE *out, const struct points *points)
{
    fputs("<h2>All figures</h2>\n<table><tr><th>case<th>by<th>payload<th>placement<th>median<th>p10"
          "<th>p90<th>p99<th>floor<th>ratio\n",
          out);
    for (size_t i = 0; i < points->len; i++) {
        const struct point *p = &points->items[i];
        if (p->num_rounds == 0)
            continue;
        fprintf(out, "<tr><td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s<td>%s", p->what->name,
                p->transport < NUM_TRANSPORTS ? transport_names[p->transport] : "",
                p->what->payloads == NO_PAYLOAD ? "" : payload_text(p->payload),
                placement_names[p->placement], time_text(p->median), time_text(p->p10),
                time_text(p->p90), time_text(p->p99));
        if (p->floor > 0)
            fprintf(out, "<td title=\"%s\">%s<td>%.2f\n", p->floor_text, time_text(p->floor),
                    p->ratio);
        else
            fputs("<td><td>\n", out);
    }
    fputs("</table>\n", out);
}

void report_write(const char *path, const struct points *points)
{
    FILE *out = fopen(path, "we");
    if (!out)
        bench_die("cannot write %s: %s", path, strerror(errno));
    fputs(head, out);
    fputs("<p>", out);
    host_line(out);
    fputs("</p>\n<h2>Limits</h2><table><tr><th>what<th>measured<th>limit\n", out);
    verdicts(points, write_verdict, out);
    scale_verdicts(write_verdict, out);
    fputs("</table>\n<h2>Payloads</h2>\n", out);
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++)
        write_plot(out, points, (enum placement)placement, false);
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++)
        write_plot(out, points, (enum placement)placement, true);
    fputs("<h2>Where the time goes</h2>\n", out);
    write_steps(out, points);
    write_counts(out);
    write_table(out, points);
    if (fclose(out) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}
