// The loop that measures. The driver and the tasks both use it.
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include "protocol.h"

/// One operation. False: it failed. `*ns` is 0 and may be set to what counts of the time it took;
/// then the rest is not measured.
typedef bool (*measure_op)(void *ctx, uint64_t *ns);

uint64_t measure_now_ns(void);

/// Warms up, then repeats `op` as the request says and fills the reply. `batch` says how many
/// operations one call of `op` does, for those that are too short for the clock. False: `op`
/// failed.
bool measure_run(measure_op op, void *ctx, unsigned batch, const struct bench_request *request,
                 struct bench_reply *reply);

/// Reads and writes the whole of `len` bytes. False at the end of the file.
bool measure_read(int fd, void *buf, uint64_t len);
bool measure_write(int fd, const void *buf, uint64_t len);

/// The pattern of payload number `seed`, and whether `data` holds it.
void measure_fill(void *data, uint64_t len, uint64_t seed);
bool measure_matches(const void *data, uint64_t len, uint64_t seed);

#endif
