// Latencies, counted in buckets that are at most an eighth wide.
#ifndef BLKBENCH_HIST_H
#define BLKBENCH_HIST_H

#include <oolong/types.h>

#define HIST_BUCKETS 512

struct hist {
    uint64_t counts[HIST_BUCKETS];
};

void hist_add(struct hist *hist, uint64_t ns);
void hist_merge(struct hist *hist, const struct hist *more);
uint64_t hist_total(const struct hist *hist);

// The latency that `permille` of all do not exceed, to the middle of its bucket; 0 without any.
uint64_t hist_quantile(const struct hist *hist, unsigned permille);

#endif
