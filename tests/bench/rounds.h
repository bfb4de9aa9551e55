// Measures all points, round by round.
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include "bench.h"

/// Measures all points. Returns the number of rounds.
unsigned rounds_run(struct points *points);

#endif
