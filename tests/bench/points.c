// The points of a run: the list of points, the results of their rounds, and the ratios to their
// floors.
#include "bench.h"
#include <stdlib.h>
#include <string.h>

// If only one case is asked for, its floors are measured as well.
static bool is_wanted(const struct bench_case *what, uint64_t payload)
{
    if (what->payloads == NO_PAYLOAD ? payload != 0 : payload == 0 && what->payloads != ANY_PAYLOAD)
        return false;
    if (!settings.only || !strcmp(settings.only, what->name))
        return true;
    if (!strcmp(what->name, "floor_file"))
        return !strcmp(settings.only, "fs_file");
    static const char *const needed[] = {"floor_pingpong", "floor_call",  "floor_futex",
                                         "floor_spin",     "floor_readv", "floor_writev",
                                         "floor_memcpy",   "floor_place", "floor_echo"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!strcmp(needed[i], what->name))
            return strncmp(settings.only, "floor_", 6) != 0;
    }
    return false;
}

static void plan_case(struct points *points, const struct bench_case *what, uint64_t payload,
                      enum placement placement)
{
    if (!is_wanted(what, payload) ||
        (what->where == DEFAULT_ALONE && placement != DEFAULT_PLACEMENT) ||
        (what->where == SAME_CORE_ALONE && placement != SAME_CORE))
        return;
    struct point point = {
        .what = what, .transport = what->transport, .payload = payload, .placement = placement};
    points->items[points->len++] = point;
    point.transport = SHM;
    if (what->with_shm && transport_is_there(SHM))
        points->items[points->len++] = point;
}

void points_plan(struct points *points)
{
    size_t max = (size_t)NUM_TRANSPORTS * NUM_PLACEMENTS * num_bench_payloads * num_bench_cases;
    points->items = calloc(max, sizeof(*points->items));
    points->len = 0;
    if (!points->items)
        bench_die("not enough memory");
    // Points that are compared with each other stand next to each other.
    for (int placement = 0; placement < NUM_PLACEMENTS; placement++) {
        if (placement == TWO_CORES && settings.cpus[1] < 0)
            continue;
        for (size_t i = 0; i < num_bench_payloads; i++) {
            for (size_t c = 0; c < num_bench_cases; c++)
                plan_case(points, &bench_cases[c], bench_payloads[i], (enum placement)placement);
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

// The value below which the given share of the sorted values lies.
static double quantile(const double *sorted, size_t len, double share)
{
    double at = share * (double)(len - 1);
    size_t below = (size_t)at;
    double rest = at - (double)below;
    return below + 1 < len ? sorted[below] * (1 - rest) + sorted[below + 1] * rest : sorted[below];
}

const struct point *points_find(const struct points *points, const char *name,
                                enum transport transport, uint64_t payload,
                                enum placement placement)
{
    for (size_t i = 0; i < points->len; i++) {
        const struct point *point = &points->items[i];
        if (point->payload == payload && point->placement == placement &&
            point->transport == transport && !strcmp(point->what->name, name))
            return point;
    }
    return NULL;
}

double points_ours(const struct points *points, const char *name, enum transport transport,
                   uint64_t payload, enum placement placement)
{
    const struct point *point = points_find(points, name, transport, payload, placement);
    return point ? point->median : 0;
}

double points_median(const struct points *points, const char *name, uint64_t payload,
                     enum placement placement)
{
    double floor = points_ours(points, name, FLOOR, payload, placement);
    return floor > 0 ? floor : points_ours(points, name, PEER, payload, placement);
}

// With shared memory, a call is an exchange of two words. The waiting side sleeps on a futex, or
// spins if it has a core of its own.
static const char *call_name(enum transport transport, enum placement placement)
{
    return transport == SOCKET      ? "floor_call"
           : placement == TWO_CORES ? "floor_spin"
                                    : "floor_futex";
}

double points_floor(const struct points *points, enum transport transport, struct floor floor,
                    uint64_t payload, enum placement placement)
{
    bool is_socket = transport == SOCKET;
    bool copies = floor.copies > 0 && payload > 0;
    double call = points_median(points, call_name(transport, placement), 0, placement);
    double out =
        points_median(points, is_socket ? "floor_readv" : "floor_memcpy", payload, placement);
    double in = is_socket ? points_median(points, "floor_writev", payload, placement) : 0;
    if (call == 0 || (copies && (out == 0 || (is_socket && in == 0))))
        return 0;
    return floor.calls * call + (copies ? floor.copies * (out + in) : 0);
}

static void describe_floor(struct point *point)
{
    struct floor floor = point->what->floors[point->transport];
    int n = snprintf(point->floor_text, sizeof(point->floor_text), "%u %s", floor.calls,
                     call_name(point->transport, point->placement));
    if (floor.copies > 0 && point->payload > 0)
        snprintf(point->floor_text + n, sizeof(point->floor_text) - (size_t)n,
                 point->transport == SOCKET ? " + %u (floor_readv + floor_writev)"
                                            : " + %u floor_memcpy",
                 floor.copies);
}

static void set_floor(const struct points *points, struct point *point)
{
    const struct bench_case *what = point->what;
    if (what->floor_case) {
        point->floor = points_median(points, what->floor_case, point->payload, point->placement);
        snprintf(point->floor_text, sizeof(point->floor_text), "%s", what->floor_case);
    } else if (point->transport < NUM_TRANSPORTS && what->floors[point->transport].calls > 0) {
        point->floor = points_floor(points, point->transport, what->floors[point->transport],
                                    point->payload, point->placement);
        describe_floor(point);
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
        point->median = median_of(point->rounds, point->num_rounds); // this sorts the values
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
