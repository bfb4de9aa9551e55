// The operations that bench_task measures.
#ifndef BENCH_TASK_H
#define BENCH_TASK_H

#include <oolong/types.h>
#include "measure.h"

struct load {
    task_t server;
    task_t fs;
    uint64_t payload;
    uint64_t seed; // of the pattern that is sent
    uint8_t *data;
    handle_t file; // of `payload` bytes
    task_t child;
    uint64_t done; // operations since begin()
};

struct operation {
    const char *name;
    bool (*begin)(struct load *load); // may be NULL, as may end()
    measure_op op;
    bool (*end)(struct load *load); // whether all data has arrived
};

/// Returns NULL if there is no such operation.
const struct operation *operation_find(const char *name);

#endif
