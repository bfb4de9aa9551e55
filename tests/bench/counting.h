// Counts of what a task allocates and copies. Zero in tasks that were not built to count.
#ifndef BENCH_COUNTING_H
#define BENCH_COUNTING_H

#include <stdint.h>

struct counting {
    uint64_t allocations; // calls of malloc, calloc and realloc
    uint64_t copies;      // calls of memcpy with 1 KiB or more
};
extern struct counting counting;

#endif
