// Counts the system calls of a suite, process by process.
#ifndef BENCH_TRACER_H
#define BENCH_TRACER_H

#include <sys/types.h>
#include "bench.h"

#define TRACER_MAX_TASKS 16
#define TRACER_MAX_CALLS 512

struct traced {
    pid_t pid;
    char name[24]; // its part: client, server, vm, launcher, archivefs
    uint32_t calls[TRACER_MAX_CALLS];
    uint64_t read, written; // bytes by process_vm_readv and process_vm_writev
    bool in_call;
    bool is_gone;
};

struct traced_suite {
    struct traced tasks[TRACER_MAX_TASKS];
    size_t len;
};

/// Starts a suite and traces it from another thread. False: `*why` says why that is not possible.
bool tracer_start(struct worker *worker, const struct suite_plan *plan, const char **why);

/// Waits until every process of the suite waits for something, and copies the counters.
void tracer_read(struct traced_suite *copy);

/// Ends the suite and the thread.
void tracer_stop(struct worker *worker);

#endif
