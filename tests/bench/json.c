// Writes results.json: one object for each point.
#include "bench.h"
#include <errno.h>
#include <string.h>
#include "scale.h"

static void write_point(FILE *out, const struct point *point)
{
    fprintf(out,
            "  {\"case\": \"%s\", \"transport\": \"%s\", \"payload\": %llu, \"clients\": 1, "
            "\"placement\": \"%s\", \"median_ns\": %.1f, \"p10_ns\": %.1f, \"p90_ns\": %.1f, "
            "\"p99_ns\": %.1f, ",
            point->what->name, transport_names[point->transport],
            (unsigned long long)point->payload, placement_names[point->placement], point->median,
            point->p10, point->p90, point->p99);
    if (point->floor > 0)
        fprintf(out, "\"floor\": \"%s\", \"floor_ns\": %.1f, \"ratio\": %.3f}", point->floor_text,
                point->floor, point->ratio);
    else
        fputs("\"floor\": null, \"floor_ns\": null, \"ratio\": null}", out);
}

void json_write(const char *path, const struct points *points)
{
    FILE *out = fopen(path, "we");
    if (!out)
        bench_die("cannot write %s: %s", path, strerror(errno));
    fputs("{\"host\": ", out);
    host_json(out);
    fputs(",\n \"results\": [\n", out);
    const char *separator = "";
    for (size_t i = 0; i < points->len; i++) {
        if (points->items[i].num_rounds == 0)
            continue;
        fputs(separator, out);
        write_point(out, &points->items[i]);
        separator = ",\n";
    }
    fputs("\n ],\n ", out);
    scale_json(out);
    fputs("}\n", out);
    if (fclose(out) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}
