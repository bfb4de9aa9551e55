// Prints the results of scale.c as tables, as JSON, and as verdicts.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "scale.h"

static const struct scale_crowd *find_crowd(enum transport transport, unsigned clients)
{
    for (size_t i = 0; i < scale.num_crowds; i++) {
        const struct scale_crowd *r = &scale.crowds[i];
        if (r->transport == transport && !r->pairs && r->clients == clients)
            return r;
    }
    return NULL;
}

void scale_verdicts(verdict_fn row, void *ctx)
{
    char what[128];
    for (size_t i = 0; i < scale.num_idle; i++) {
        const struct scale_idle *r = &scale.idle[i];
        const char *name = transport_names[r->transport];
        if (r->idle < 500)
            continue;
        snprintf(what, sizeof(what), "ipc_call with %u idle tasks, %s, to none", r->idle, name);
        row(ctx, what, r->crowded / r->none, 1.2);
        snprintf(what, sizeof(what), "memory of one of %u idle tasks (PSS), %s, in KiB", r->idle,
                 name);
        row(ctx, what, r->pss, 400);
        snprintf(what, sizeof(what), "start of one of %u idle tasks, %s, in ms", r->idle, name);
        row(ctx, what, r->boot / 1e6, 5);
    }
    const struct scale_crowd *socket = find_crowd(SOCKET, 64);
    const struct scale_crowd *shm = find_crowd(SHM, 64);
    if (socket && shm)
        row(ctx, "time of a call of 64 clients, shm, to a third of that with sockets",
            3 * socket->per_s / shm->per_s, 1);
    for (size_t i = 0; i < scale.num_rests; i++) {
        snprintf(what, sizeof(what), "processor time of 20 tasks at rest, %s, in %% of a core",
                 transport_names[scale.rests[i].transport]);
        row(ctx, what, 100 * scale.rests[i].share, 0.1);
    }
}

// Writes members of an object. The caller writes its braces.
void scale_json(FILE *out)
{
    fputs("\"crowds\": [", out);
    for (size_t i = 0; i < scale.num_crowds; i++) {
        const struct scale_crowd *r = &scale.crowds[i];
        fprintf(out,
                "%s\n  {\"case\": \"%s\", \"transport\": \"%s\", \"payload\": 0, \"clients\": "
                "%u, \"placement\": \"default\", \"median_ns\": %.1f, \"best_ns\": %.1f, "
                "\"worst_ns\": %.1f, \"calls_per_s\": %.0f}",
                i ? "," : "", r->pairs ? "ipc_call_pairs" : "ipc_call",
                transport_names[r->transport], r->clients, r->latency, r->best, r->worst, r->per_s);
    }
    fputs("\n ],\n \"tasks\": [", out);
    for (size_t i = 0; i < scale.num_idle; i++) {
        const struct scale_idle *r = &scale.idle[i];
        fprintf(out,
                "%s\n  {\"transport\": \"%s\", \"idle\": %u, \"ipc_call_ns\": %.1f, "
                "\"ipc_call_without_ns\": %.1f, \"ratio\": %.3f, \"boot_ns\": %.0f, \"pss_kib\": "
                "%.0f}",
                i ? "," : "", transport_names[r->transport], r->idle, r->crowded, r->none,
                r->crowded / r->none, r->boot, r->pss);
    }
    fputs("\n ],\n \"rest\": [", out);
    for (size_t i = 0; i < scale.num_rests; i++)
        fprintf(out, "%s\n  {\"transport\": \"%s\", \"tasks\": 20, \"share_of_core\": %.6f}",
                i ? "," : "", transport_names[scale.rests[i].transport], scale.rests[i].share);
    fputs("\n ]", out);
}

static void write_file(const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out)
        bench_die("cannot write %s: %s", path, strerror(errno));
    fputs("{\"host\": ", out);
    host_json(out);
    fputs(",\n ", out);
    scale_json(out);
    fputs("}\n", out);
    if (fclose(out) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}

static void print_tables(void)
{
    host_line(stdout);
    printf("\n\n%-12s %-9s %12s %12s %6s %12s %10s\n", "idle tasks", "transport", "ipc_call",
           "without", "ratio", "start", "memory");
    for (size_t i = 0; i < scale.num_idle; i++) {
        const struct scale_idle *r = &scale.idle[i];
        printf("%-12u %-9s %12s %12s %6.2f %12s %6.0f KiB\n", r->idle,
               transport_names[r->transport], time_text(r->crowded), time_text(r->none),
               r->crowded / r->none, r->boot > 0 ? time_text(r->boot) : "", r->pss);
    }
    for (size_t i = 0; i < scale.num_crowds; i++) {
        const struct scale_crowd *r = &scale.crowds[i];
        if (i == 0 || r->pairs != r[-1].pairs)
            printf("\n%-12s %-9s %12s %12s %12s %12s\n", r->pairs ? "pairs" : "clients",
                   "transport", "ipc_call", "best client", "worst", "calls/s");
        printf("%-12u %-9s %12s %12s %12s %12.0f\n", r->clients, transport_names[r->transport],
               time_text(r->latency), time_text(r->best), time_text(r->worst), r->per_s);
    }
}

int scale_run(void)
{
    char path[PATH_MAX + 32];
    scale_measure(false);
    snprintf(path, sizeof(path), "%s/scale.json", settings.out_dir);
    write_file(path);
    print_tables();
    printf("\nlimits\n");
    scale_verdicts(verdict_print, NULL);
    printf("\nwritten: %s\n", path);
    return EXIT_SUCCESS;
}
