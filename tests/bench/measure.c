// Repeats an operation and measures its time. The driver and the tasks contain this file.
#include "measure.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Operations shorter than TOO_SHORT_NS are timed SHORT_OPS at once.
#define TOO_SHORT_NS 2000u
#define SHORT_OPS    64

uint64_t measure_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Keeps a uniform random sample of all operations: a later operation may replace an earlier one.
static void add_sample(struct bench_reply *reply, uint64_t ns, uint64_t *seed)
{
    uint32_t value = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
    if (reply->num_samples < BENCH_SAMPLES) {
        reply->samples[reply->num_samples++] = value;
        return;
    }
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    uint64_t at = *seed % (reply->ops + 1);
    if (at < BENCH_SAMPLES)
        reply->samples[at] = value;
}

// Sets `*short_ops` if one operation takes less than TOO_SHORT_NS.
static bool warm_up(measure_op op, void *ctx, uint64_t ns, bool *short_ops)
{
    uint64_t start = measure_now_ns(), spent, ops = 0;
    while ((spent = measure_now_ns() - start) < ns) {
        uint64_t unused = 0;
        if (!op(ctx, &unused))
            return false;
        ops++;
    }
    *short_ops = spent < ops * TOO_SHORT_NS;
    return true;
}

// Repeats a short operation, because the clock itself takes some 30 ns.
static bool repeat(measure_op op, void *ctx, unsigned times, uint64_t *own_ns)
{
    for (unsigned i = 0; i < times; i++) {
        if (!op(ctx, own_ns))
            return false;
    }
    return true;
}

bool measure_run(measure_op op, void *ctx, unsigned batch, const struct bench_request *request,
                 struct bench_reply *reply)
{
    bool short_ops;
    if (!warm_up(op, ctx, request->warm_up_ns, &short_ops))
        return false;
    unsigned times = batch == 1 && short_ops && !request->max_ops ? SHORT_OPS : 1;
    batch *= times;
    uint64_t seed = 0x9e3779b97f4a7c15;
    uint64_t start = measure_now_ns();
    uint64_t last = start;
    reply->ops = reply->total_ns = reply->num_samples = 0;
    while (!request->max_ops || reply->ops < request->max_ops) {
        uint64_t own_ns = 0;
        if (!repeat(op, ctx, times, &own_ns))
            return false;
        uint64_t now = measure_now_ns();
        uint64_t ns = own_ns ? own_ns : now - last;
        last = now;
        add_sample(reply, ns / batch, &seed);
        reply->total_ns += ns;
        reply->ops += batch;
        if (now - start >= request->min_ns && reply->ops >= request->min_ops)
            break;
    }
    return true;
}

bool measure_read(int fd, void *buf, uint64_t len)
{
    uint8_t *at = buf;
    while (len > 0) {
        ssize_t n = read(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (uint64_t)n;
    }
    return true;
}

bool measure_write(int fd, const void *buf, uint64_t len)
{
    const uint8_t *at = buf;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (uint64_t)n;
    }
    return true;
}

static uint64_t word_of(uint64_t index, uint64_t seed)
{
    return (index + 1) * 0x9e3779b97f4a7c15 ^ seed * 0xff51afd7ed558ccd;
}

void measure_fill(void *data, uint64_t len, uint64_t seed)
{
    uint8_t *out = data;
    for (uint64_t at = 0; at < len; at += 8) {
        uint64_t word = word_of(at, seed);
        memcpy(out + at, &word, len - at < 8 ? len - at : 8);
    }
}

bool measure_matches(const void *data, uint64_t len, uint64_t seed)
{
    const uint8_t *in = data;
    for (uint64_t at = 0; at < len; at += 8) {
        uint64_t word = word_of(at, seed);
        if (memcmp(in + at, &word, len - at < 8 ? len - at : 8))
            return false;
    }
    return true;
}
