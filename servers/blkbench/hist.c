// Latencies, counted in buckets: eight to a power of two.
#include "hist.h"

static unsigned bucket_of(uint64_t ns)
{
    if (ns < 8)
        return (unsigned)ns;
    unsigned top = 63 - (unsigned)__builtin_clzll(ns);
    return (top - 2) * 8 + (unsigned)(ns >> (top - 3) & 7);
}

static uint64_t middle_of(unsigned bucket)
{
    if (bucket < 8)
        return bucket;
    unsigned shift = bucket / 8 - 1;
    return ((8 + (uint64_t)(bucket % 8)) << shift) + (1ull << shift) / 2;
}

void hist_add(struct hist *hist, uint64_t ns)
{
    hist->counts[bucket_of(ns)]++;
}

void hist_merge(struct hist *hist, const struct hist *more)
{
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        hist->counts[i] += more->counts[i];
}

uint64_t hist_total(const struct hist *hist)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        total += hist->counts[i];
    return total;
}

uint64_t hist_quantile(const struct hist *hist, unsigned permille)
{
    uint64_t total = hist_total(hist), seen = 0;
    for (unsigned i = 0; i < HIST_BUCKETS && total > 0; i++) {
        seen += hist->counts[i];
        if (seen * 1000 >= total * permille)
            return middle_of(i);
    }
    return 0;
}
