// Shared by the parts of the driver. The driver measures in rounds. Each round visits every point
// (a case, a payload, a placement) for a few milliseconds, so all points are measured under the
// same conditions. Workers measure; the driver plans, collects and writes the results.
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include "measure.h"

enum placement {
    SAME_CORE,
    TWO_CORES,
    DEFAULT_PLACEMENT,
    NUM_PLACEMENTS,
};
extern const char *const placement_names[NUM_PLACEMENTS];

// The transport of a case.
enum transport {
    SOCKET,
    SHM,
    NUM_TRANSPORTS,
    FLOOR = NUM_TRANSPORTS, // without Oolong: what the machine allows
    PEER,                   // other libraries
};
extern const char *const transport_names[];
/// Whether this host has what the transport needs.
bool transport_is_there(enum transport transport);

struct settings {
    bool quick;
    bool smoke;
    const char *only;    // measure only this case and its floors
    const char *out_dir; // the folder of the results
    char dir[PATH_MAX];  // for sockets, suites and the archive; removed at the end
    char oolong[PATH_MAX];
    int cpus[2]; // client and server; the second is -1 on a machine with one core
    bool is_tty; // of standard error
    volatile sig_atomic_t interrupted; // by this signal
};
extern struct settings settings;

// --- Workers (worker.c, native.c, suite.c) ------------------------------------------------------

struct worker {
    pid_t pid;
    int in, out; // requests to it, replies of it
    const char *name;
};

/// Asks a worker. On failure the reply's text says why.
bool worker_run(struct worker *worker, const struct bench_request *request,
                struct bench_reply *reply);
/// Ends a worker and all processes that it started.
void worker_stop(struct worker *worker);
/// Pins the calling process for a placement; `second` for the server's side.
void worker_pin(enum placement placement, bool second);
/// Removes the folder of sockets and files, and ends the process. Also called after errors.
void bench_exit(int status) __attribute__((noreturn));
void bench_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

struct native_case;
bool native_start(struct worker *worker, const struct native_case *what, enum placement placement);

struct suite_plan {
    enum placement placement;
    enum transport transport;
    bool counting;        // use the tasks that count
    bool trace;           // let the parent trace everything from the start
    unsigned num_clients; // tasks c0, c1, ...
    unsigned num_pairs;   // if not 0: this many independent pairs and nothing else; the pairs print
    unsigned pair_ms;     // how long the pairs run
    bool files;           // with archivefs
};
bool suite_start(struct worker *worker, const struct suite_plan *plan);
/// The file that fs_file reads, and where it begins in the archive. -1: it cannot be opened.
int suite_open_long_file(uint64_t *offset);

// --- Cases (cases.c) -----------------------------------------------------------------------------

enum payloads {
    NO_PAYLOAD,
    ANY_PAYLOAD,
    SOME_PAYLOAD, // only payloads that are not empty
};

// The placements in which a case is measured.
enum where { EVERYWHERE, DEFAULT_ALONE, SAME_CORE_ALONE };

// The floor of a case of Oolong: a sum of calls and copies.
struct floor {
    unsigned calls; // floor_call; with shared memory, exchanges by futex (by spinning on two cores)
    unsigned copies; // between two processes; with shared memory, memcpy
};

struct bench_case {
    const char *name;
    enum transport transport; // SOCKET: a case of Oolong
    enum payloads payloads;
    const struct native_case *native;    // NULL: bench_task does it
    const char *floor_case;              // another case as the floor,
    struct floor floors[NUM_TRANSPORTS]; // or a floor for each transport
    bool with_shm;                       // for cases of Oolong: also measured with shared memory
    enum where where;
};
extern const struct bench_case bench_cases[];
extern const size_t num_bench_cases;
extern const uint64_t bench_payloads[];
extern const size_t num_bench_payloads;

/// Names the peers that this build lacks, and the packages that they need. "" if none is missing.
const char *peers_missing(void);

// --- Results (points.c) -------------------------------------------------------------------------

#define MAX_ROUNDS 64

struct point {
    const struct bench_case *what;
    enum transport transport;
    uint64_t payload;
    enum placement placement;
    double rounds[MAX_ROUNDS]; // ns for an operation
    unsigned num_rounds;
    uint32_t *samples;
    size_t num_samples;
    char failed[128]; // why there is no result
    // Filled by points_finish(). A floor of 0 is none.
    double median, p10, p90, p99, floor, ratio;
    char floor_text[96];
};

struct points {
    struct point *items;
    size_t len;
};

void points_plan(struct points *points);
void point_add(struct point *point, const struct bench_reply *reply);
void points_finish(struct points *points);
/// The point of a floor, a peer or a case of Oolong, or NULL.
const struct point *points_find(const struct points *points, const char *name,
                                enum transport transport, uint64_t payload,
                                enum placement placement);
/// Medians of points; 0 for a point that was not measured. points_ours() is for cases of Oolong,
/// points_median() for floors and peers.
double points_ours(const struct points *points, const char *name, enum transport transport,
                   uint64_t payload, enum placement placement);
double points_median(const struct points *points, const char *name, uint64_t payload,
                     enum placement placement);
/// The time of a floor in ns; 0 if a part of the floor was not measured.
double points_floor(const struct points *points, enum transport transport, struct floor floor,
                    uint64_t payload, enum placement placement);
double median_of(double *values, size_t len);

// --- Counts (counts.c) --------------------------------------------------------------------------

#define MAX_COUNTS 128

struct count {
    char name[24]; // of the case
    uint64_t payload;
    char process[24];
    char calls[192];      // "epoll_wait=1 recvmsg=1 sendto=1": system calls for each operation
    double total;         // their number
    double read, written; // bytes by process_vm_readv and process_vm_writev
    double allocations, copies; // -1: not counted in this process
};
extern struct count counts[MAX_COUNTS];
extern size_t num_counts;

/// Counts with ptrace. False: `*why` says why it cannot be done here.
bool counts_take(const char **why);
void counts_print(FILE *out);
/// Compares the counts with a file. Prints each difference and returns their number.
unsigned counts_check(const char *path);

// --- Output (host.c, table.c, verdicts.c, json.c, report.c, scale.c, pieces.c) ------------------

void host_json(FILE *out);
void host_line(FILE *out);
const char *payload_text(uint64_t payload);
const char *time_text(double ns);
void table_print(FILE *out, const struct points *points);
/// Calls `row` for each figure that has a limit, with the measured value.
typedef void (*verdict_fn)(void *ctx, const char *what, double value, double limit);
void verdicts(const struct points *points, verdict_fn row, void *ctx);
void verdict_print(void *ctx, const char *what, double value, double limit);
void json_write(const char *path, const struct points *points);
void report_write(const char *path, const struct points *points);
int scale_run(void);
int pieces_run(void);
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void progress_end(void);

#endif
