// What a suite costs as it grows: the results, shared by the part that measures and the part that
// prints.
#ifndef BENCH_SCALE_H
#define BENCH_SCALE_H

#include "bench.h"

struct scale_idle {
    enum transport transport;
    unsigned idle;        // tasks
    double none, crowded; // ns of an ipc_call, without and with them
    double boot;          // ns, of those that were started in this step
    double pss;           // KiB of one of them
};

struct scale_crowd {
    enum transport transport;
    bool pairs;
    unsigned clients;
    double latency; // ns of a call, median of the clients
    double best, worst;
    double per_s; // calls a second, of all
};

// 20 tasks that wait.
struct scale_rest {
    enum transport transport;
    double share; // of a core's time
};

struct scale {
    struct scale_idle idle[16];
    struct scale_crowd crowds[64];
    struct scale_rest rests[NUM_TRANSPORTS];
    size_t num_idle, num_crowds, num_rests;
};
extern struct scale scale;

/// Measures all of it, or, when `brief`, what has a limit.
void scale_measure(bool brief);
void scale_verdicts(verdict_fn row, void *ctx);
void scale_json(FILE *out);

/// A suite of 20 tasks at rest, with each transport.
void rest_measure(void);

#endif
