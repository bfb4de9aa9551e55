// The points of a run: which there are, what their rounds gave, and the ratios to their floors.
#include "bench.h"
#include <stdlib.h>
#include <string.h>

// Floors are measured also when only one other case is asked for.
static bool is_wanted(const struct bench_case *what, uint64_t payload)
{
    if (what->payloads == NO_PAYLOAD ? payload != 0 : payload == 0 && what->payloads != ANY_PAYLOAD)
        return false;
    if (!settings.only || !strcmp(settings.only, what->name))
        return true;
    static const char *const needed[] = {"floor_pingpong", "floor_call", "floor_readv",
                                         "floor_writev"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!strcmp(needed[i], what->name))
            return strncmp(settings.only, "floor_", 6) != 0;
    }
    return false;
}

void points_plan(struct points *points)
{
    size_t max = (size_t)NUM_PLACEMENTS * num_bench_payloads * num_bench_cases;
    points->items = calloc(max, sizeof(*points->items));
    points->len = 0;
    if (!points->items)
        bench_die("not enough memory");
    // What is compared is next to each other.
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++) {
        if (placement == TWO_CORES && settings.cpus[1] < 0)
            continue;
        for (size_t i = 0; i < num_bench_payloads; i++) {
            for (size_t c = 0; c < num_bench_cases; c++) {
                if (is_wanted(&bench_cases[c], bench_payloads[i]))
                    points->items[points->len++] =
                        (struct point){.what = &bench_cases[c],
                                       .payload = bench_payloads[i],
                                       .placement = (enum placement)placement};
            }
        }
    }
}

void point_add(struct point *point, const struct bench_reply *reply)
{
    if (point->num_rounds == MAX_ROUNDS || reply->ops == 0)
        return;
    point->rounds[point->num_rounds++] = (double)reply->total_ns / (double)reply->ops;
    size_t len = point->num_samples + reply->num_samples;
    uint32_t *samples = realloc(point->samples, len * sizeof(*samples));
    if (!samples)
        bench_die("not enough memory");
    memcpy(samples + point->num_samples, reply->samples, reply->num_samples * sizeof(*samples));
    point->samples = samples;
    point->num_samples = len;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int compare_samples(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

double median_of(double *values, size_t len)
{
    if (len == 0)
        return 0;
    qsort(values, len, sizeof(*values), compare_doubles);
    return len % 2 ? values[len / 2] : (values[len / 2 - 1] + values[len / 2]) / 2;
}

// The value below which a share of the sorted ones is.
static double quantile(const double *sorted, size_t len, double share)
{
    double at = share * (double)(len - 1);
    size_t below = (size_t)at;
    double rest = at - (double)below;
    return below + 1 < len ? sorted[below] * (1 - rest) + sorted[below + 1] * rest : sorted[below];
}

double points_median(const struct points *points, const char *name, uint64_t payload,
                     enum placement placement)
{
    for (size_t i = 0; i < points->len; i++) {
        const struct point *point = &points->items[i];
        if (point->payload == payload && point->placement == placement &&
            !strcmp(point->what->name, name))
            return point->median;
    }
    return 0;
}

double points_floor(const struct points *points, unsigned calls, unsigned copies, uint64_t payload,
                    enum placement placement)
{
    double call = points_median(points, "floor_call", 0, placement);
    double read = points_median(points, "floor_readv", payload, placement);
    double written = points_median(points, "floor_writev", payload, placement);
    if (call == 0 || (copies > 0 && payload > 0 && (read == 0 || written == 0)))
        return 0;
    return calls * call + copies * (read + written);
}

static void set_floor(const struct points *points, struct point *point)
{
    const struct bench_case *what = point->what;
    if (what->floor_case) {
        point->floor = points_median(points, what->floor_case, point->payload, point->placement);
        snprintf(point->floor_text, sizeof(point->floor_text), "%s", what->floor_case);
    } else if (what->floor_calls > 0) {
        point->floor = points_floor(points, what->floor_calls, what->floor_copies, point->payload,
                                    point->placement);
        int n = snprintf(point->floor_text, sizeof(point->floor_text), "%u floor_call",
                         what->floor_calls);
        if (what->floor_copies > 0)
            snprintf(point->floor_text + n, sizeof(point->floor_text) - (size_t)n,
                     " + %u (floor_readv + floor_writev)", what->floor_copies);
    }
    if (point->floor > 0)
        point->ratio = point->median / point->floor;
}

void points_finish(struct points *points)
{
    for (size_t i = 0; i < points->len; i++) {
        struct point *point = &points->items[i];
        if (point->num_rounds == 0)
            continue;
        point->median = median_of(point->rounds, point->num_rounds); // sorts them
        point->p10 = quantile(point->rounds, point->num_rounds, 0.1);
        point->p90 = quantile(point->rounds, point->num_rounds, 0.9);
        qsort(point->samples, point->num_samples, sizeof(*point->samples), compare_samples);
        if (point->num_samples > 0)
            point->p99 = point->samples[(point->num_samples - 1) * 99 / 100];
    }
    for (size_t i = 0; i < points->len; i++) {
        if (points->items[i].num_rounds > 0)
            set_floor(points, &points->items[i]);
    }
}
