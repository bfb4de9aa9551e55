// The results of scale.c, which scale_report.c prints.
#ifndef BENCH_SCALE_H
#define BENCH_SCALE_H

#include "bench.h"

struct scale_idle {
    enum transport transport;
    unsigned idle;        // number of idle tasks
    double none, crowded; // ns of an ipc_call without and with idle tasks
    double boot;          // ns to start one of the tasks of this step
    double pss;           // KiB of one idle task
};

struct scale_crowd {
    enum transport transport;
    bool pairs;
    unsigned clients;
    double latency; // ns of a call, median of the clients
    double best, worst;
    double per_s; // calls of all clients a second
};

// A suite of 20 tasks that wait.
struct scale_rest {
    enum transport transport;
    double share; // share of a core's time
};

struct scale {
    struct scale_idle idle[16];
    struct scale_crowd crowds[64];
    struct scale_rest rests[NUM_TRANSPORTS];
    size_t num_idle, num_crowds, num_rests;
};
extern struct scale scale;

/// Measures all steps. With `brief`, measures only the steps that have a limit.
void scale_measure(bool brief);
void scale_verdicts(verdict_fn row, void *ctx);
void scale_json(FILE *out);

/// A suite of 20 tasks at rest, with each transport.
void rest_measure(void);

#endif
