// The driver: what its parts share. It measures in rounds, each of which visits every point (a
// case, a payload, a placement) for a few milliseconds, so that what is compared was measured under
// the same conditions. Workers measure; this side plans, collects and writes.
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

// How messages travel in what is measured.
enum transport {
    SOCKET,
    SHM,
    NUM_TRANSPORTS,
    FLOOR = NUM_TRANSPORTS, // nothing of ours: what the machine allows,
    PEER,                   // and what others make of it
};
extern const char *const transport_names[];
/// Whether this host has what the transport needs.
bool transport_is_there(enum transport transport);

struct settings {
    bool quick;
    bool smoke;
    const char *only;    // the only case to measure; floors that it is compared with come along
    const char *out_dir; // where the results go
    char dir[PATH_MAX];  // for sockets, suites and the archive; goes away at the end
    char oolong[PATH_MAX];
    int cpus[2]; // client and server; the second is -1 on a machine with one core
    bool is_tty; // standard error
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
/// Ends a worker and all that it started.
void worker_stop(struct worker *worker);
/// Pins the calling process for a placement; `second` for the server's side.
void worker_pin(enum placement placement, bool second);
/// Removes the folder of sockets and files, and ends. Also when something went wrong.
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

// --- What is measured (cases.c) -----------------------------------------------------------------

enum payloads {
    NO_PAYLOAD,
    ANY_PAYLOAD,
    SOME_PAYLOAD, // not an empty one
};

// In which placements a case is measured.
enum where { EVERYWHERE, DEFAULT_ALONE, SAME_CORE_ALONE };

// What a case of ours is compared with.
struct floor {
    unsigned calls; // floor_call; with shared memory, exchanges by futex (by spinning on two cores)
    unsigned copies; // out of a process and into another; with shared memory, memcpy
};

struct bench_case {
    const char *name;
    enum transport transport; // SOCKET: of ours
    enum payloads payloads;
    const struct native_case *native;    // NULL: bench_task does it
    const char *floor_case;              // another case to compare with,
    struct floor floors[NUM_TRANSPORTS]; // or these
    bool with_shm;                       // of ours: with shared memory as well
    enum where where;
};
extern const struct bench_case bench_cases[];
extern const size_t num_bench_cases;
extern const uint64_t bench_payloads[];
extern const size_t num_bench_payloads;

/// Which peers this build has not got, and what it takes; "" when none.
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
/// The point of a floor, a peer or a case of ours, or NULL.
const struct point *points_find(const struct points *points, const char *name,
                                enum transport transport, uint64_t payload,
                                enum placement placement);
/// Its median, or 0 when it was not measured. Without a transport: of a floor or a peer.
double points_ours(const struct points *points, const char *name, enum transport transport,
                   uint64_t payload, enum placement placement);
double points_median(const struct points *points, const char *name, uint64_t payload,
                     enum placement placement);
/// What a floor comes to; 0 when a part of it was not measured.
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
/// Compares with a file. Returns the number of differences, each of them told.
unsigned counts_check(const char *path);

// --- Output (host.c, table.c, verdicts.c, json.c, report.c, scale.c, pieces.c) ------------------

void host_json(FILE *out);
void host_line(FILE *out);
const char *payload_text(uint64_t payload);
const char *time_text(double ns);
void table_print(FILE *out, const struct points *points);
/// The figures that have a limit, with what was measured, as rows for `row`.
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
