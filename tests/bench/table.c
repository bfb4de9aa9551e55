// Prints the results as a table.
#include "bench.h"
#include <string.h>

const char *payload_text(uint64_t payload)
{
    static char text[4][24]; // so that one printf() can print several payloads
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
        fprintf(out,
                "\n\n%s\n%-16s %-7s %8s %11s %11s %11s %11s %11s %6s\n%s--------------------\n",
                placement_names[placement], "case", "by", "payload", "median", "p10", "p90", "p99",
                "floor", "ratio", rule);
        for (size_t c = 0; c < num_bench_cases; c++) {
            for (size_t i = 0; i < points->len; i++) {
                const struct point *p = &points->items[i];
                if (p->what != &bench_cases[c] || (int)p->placement != placement)
                    continue;
                fprintf(out, "%-16s %-7s %8s ", p->what->name,
                        p->transport < NUM_TRANSPORTS ? transport_names[p->transport] : "",
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
