// What the driver and a worker say to each other. A worker is a process that measures: one of the
// driver's own (floors and peers), or the task `bench_task` of a suite, over its console. One
// request, one answer, in the byte order of the machine.
#ifndef BENCH_PROTOCOL_H
#define BENCH_PROTOCOL_H

#include <stdint.h>

#define BENCH_SAMPLES     120
#define BENCH_MAX_PAYLOAD (16u << 20)
#define BENCH_FILE_LEN    (200u << 20) // of the file that is read from its beginning to its end,
#define BENCH_FILE_PIECE  (1u << 20)   // bytes of one read or write

struct bench_request {
    char name[32];       // of the case, or of something else that the worker can do
    uint64_t payload;    // in bytes
    uint64_t piece;      // bytes that are copied at once, where that can be chosen (0: as vm does)
    uint64_t warm_up_ns; // 0: not at all
    uint64_t min_ns;     // measure for at least that long,
    uint64_t min_ops;    // at least that many operations,
    uint64_t max_ops;    // and no more than these (0: no limit)
};

struct bench_reply {
    int32_t error;        // 0, or else `text` says what is wrong
    uint32_t num_samples; // of single operations, in ns
    uint64_t ops;
    uint64_t total_ns;
    uint32_t samples[BENCH_SAMPLES];
    // Filled by workers that were built to count: what the client and the server did in the
    // measured part.
    uint64_t allocations[2];
    uint64_t copies[2]; // calls of memcpy with 1 KiB or more
    char text[80];
};

#endif
