// Messages between the driver and a worker. A worker is a process that measures: a child of the
// driver (for floors and peers), or the task `bench_task` of a suite, which uses its console. Each
// request has one answer, in the byte order of the machine.
#ifndef BENCH_PROTOCOL_H
#define BENCH_PROTOCOL_H

#include <stdint.h>

#define BENCH_SAMPLES     120
#define BENCH_MAX_PAYLOAD (16u << 20)
#define BENCH_FILE_LEN    (200u << 20) // length of the file that fs_file reads,
#define BENCH_FILE_PIECE  (1u << 20)   // and of each piece

struct bench_request {
    char name[32];       // a case, or another command of the worker
    uint64_t payload;    // in bytes
    uint64_t piece;      // bytes in one copy, if the case can choose (0: as vm does)
    uint64_t warm_up_ns; // 0: no warm-up
    uint64_t min_ns;     // measure for at least that long,
    uint64_t min_ops;    // at least that many operations,
    uint64_t max_ops;    // and no more than these (0: no limit)
};

struct bench_reply {
    int32_t error;        // if not 0, `text` has the reason
    uint32_t num_samples; // of single operations, in ns
    uint64_t ops;
    uint64_t total_ns;
    uint32_t samples[BENCH_SAMPLES];
    // Filled by workers that were built to count. Index 0 is the client, 1 the server; only the
    // measured part counts.
    uint64_t allocations[2];
    uint64_t copies[2]; // calls of memcpy with 1 KiB or more
    char text[80];
};

#endif
