// The loop that measures. The driver and the tasks both use it.
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include "protocol.h"

/// One operation. Returns false on failure. The operation may set `*ns`, which is 0 before, to the
/// part of its time that counts.
typedef bool (*measure_op)(void *ctx, uint64_t *ns);

uint64_t measure_now_ns(void);

/// Warms up, then repeats `op` as the request says and fills the reply. One call of `op` does
/// `batch` operations, if one alone is too short for the clock. Returns false if `op` failed.
bool measure_run(measure_op op, void *ctx, unsigned batch, const struct bench_request *request,
                 struct bench_reply *reply);

/// Reads or writes all `len` bytes. Returns false at the end of the file.
bool measure_read(int fd, void *buf, uint64_t len);
bool measure_write(int fd, const void *buf, uint64_t len);

/// Fills `data` with pattern number `seed`, or checks that `data` holds it.
void measure_fill(void *data, uint64_t len, uint64_t seed);
bool measure_matches(const void *data, uint64_t len, uint64_t seed);

#endif
