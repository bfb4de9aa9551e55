// Runs seeds on all cores, and prints statistics of what was simulated:
//
//   sim [--from N] [--seeds N] [--ops N] [--seconds S] [--jobs N]
//       [--first]: stops at the first seed that fails
//   sim --seed N [--ops N] [--trace]
//
// SIM_SECONDS has the meaning of --seconds. The exit status is 1 if a seed fails; the seed's report
// says how to replay it.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "sim.h"

#define MAX_JOBS     64
#define REPEAT_EVERY 50 // one seed of this many is run twice

static struct {
    uint64_t from, seeds;
    unsigned ops, jobs;
    double seconds;
    unsigned max_failed; // a job stops after this many failed seeds
    bool one, trace;
} opt = {.from = 1, .seeds = 20000, .ops = 200, .max_failed = 10};

// Written by a job, read by the parent.
struct job {
    pid_t pid;
    uint64_t seed; // the one that runs now
    uint64_t failed;
    struct sim_counts counts;
};
static struct job *jobs;
static double begun;

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

// --- Jobs ---------------------------------------------------------------------------------------

static void say_replay(uint64_t seed)
{
    printf("  replay: %s --ops %u --seed %llu --trace\n", program_invocation_name, opt.ops,
           (unsigned long long)seed);
    fflush(stdout);
}

// Everything in a seed follows from its number, so it can be replayed.
static bool repeats(uint64_t seed)
{
    struct sim_counts before = counts;
    uint64_t hash = sim.hash;
    bool good = seed_run(seed, opt.ops, false) && sim.hash == hash;
    counts = before;
    if (!good)
        printf("seed %llu runs differently a second time\n", (unsigned long long)seed);
    return good;
}

static void run_job(struct job *job, unsigned index)
{
    memory_init();
    regions_init();
    sched_init();
    for (uint64_t i = index; i < opt.seeds && job->failed < opt.max_failed; i += opt.jobs) {
        job->seed = opt.from + i;
        bool good = seed_run(job->seed, opt.ops, opt.trace);
        if (good && i / opt.jobs % REPEAT_EVERY == 0 && !opt.trace)
            good = repeats(job->seed);
        job->counts = counts;
        if (!good) {
            job->failed++;
            say_replay(job->seed);
        }
        if (opt.seconds > 0 && now() - begun > opt.seconds)
            break;
    }
}

static void start_jobs(void)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL); // await_tick() takes it
    jobs = mmap(NULL, MAX_JOBS * sizeof(*jobs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0);
    if (jobs == MAP_FAILED)
        abort();
    fflush(stdout);
    for (unsigned i = 0; i < opt.jobs; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            run_job(&jobs[i], i);
            fflush(stdout);
            _exit(0);
        }
        if (pid < 0)
            abort();
        jobs[i].pid = pid;
    }
}

static uint64_t seeds_done(void)
{
    uint64_t done = 0;
    for (unsigned i = 0; i < opt.jobs; i++)
        done += jobs[i].counts.seeds;
    return done;
}

static void show_progress(void)
{
    double seconds = now() - begun;
    uint64_t done = seeds_done();
    fprintf(stderr, "\r  %llu of %llu seeds, %.0f a second ", (unsigned long long)done,
            (unsigned long long)opt.seeds, (double)done / seconds);
}

// Waits until a job ends, or until the next progress report is due.
static void await_tick(void)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigtimedwait(&child, NULL, &(struct timespec){.tv_nsec = 200000000});
}

// Returns the number of seeds that failed. If a job dies, the seed that it was running counts as
// failed.
static uint64_t await_jobs(void)
{
    bool terminal = isatty(STDERR_FILENO);
    unsigned left = opt.jobs;
    uint64_t failed = 0;
    while (left > 0) {
        int status;
        pid_t pid = waitpid(-1, &status, terminal ? WNOHANG : 0);
        if (pid == 0) {
            show_progress();
            await_tick();
            continue;
        }
        for (unsigned i = 0; i < opt.jobs; i++) {
            if (jobs[i].pid != pid)
                continue;
            left--;
            failed += jobs[i].failed;
            if (status == 0)
                continue;
            failed++;
            printf("seed %llu ends the simulation (status %#x)\n", (unsigned long long)jobs[i].seed,
                   (unsigned)status);
            say_replay(jobs[i].seed);
        }
    }
    if (terminal)
        fprintf(stderr, "\r%60s\r", "");
    return failed;
}

// --- The table ----------------------------------------------------------------------------------

static struct sim_counts sum_counts(void)
{
    struct sim_counts sum = {0};
    uint64_t *to = (uint64_t *)&sum;
    for (unsigned i = 0; i < opt.jobs; i++) {
        const uint64_t *from = (const uint64_t *)&jobs[i].counts;
        for (size_t k = 0; k < sizeof(sum) / sizeof(*to); k++)
            to[k] += from[k];
    }
    return sum;
}

static void row(const char *name, uint64_t value)
{
    printf("  %-28s %14llu\n", name, (unsigned long long)value);
}

// The processor time of the jobs, which other work on the machine does not change.
static double processor_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6 + 1e-6;
}

static void report(const struct sim_counts *c, uint64_t failed, double seconds)
{
    uint64_t operations = 0;
    for (int op = 0; op < OP_NUM; op++)
        operations += c->ops[op];
    row("seeds", c->seeds);
    row("operations", operations);
    row("  calls", c->calls);
    row("  sends", c->sends);
    row("  noblock sends", c->noblocks);
    row("  replies", c->replies);
    row("  open receives", c->ops[OP_RECV_ANY]);
    row("  closed receives", c->ops[OP_RECV_FROM]);
    row("  notifications", c->notifications);
    row("  async messages", c->asyncs);
    row("  async pulls", c->ops[OP_PULL]);
    row("  lookups", c->ops[OP_LOOKUP]);
    row("payloads", c->payloads);
    row("  bytes", c->bytes);
    row("channels of shared memory", c->shm_channels);
    row("payloads made while they were sent", c->streams);
    row("tasks started", c->starts);
    row("  in slots used before", c->reused);
    row("tasks killed at some point", c->crashes);
    row("  in deadlocks of programs", c->deadlocks);
    row("ends of vm or the launcher", c->fail_stops);
    row("tasks stopped for a while", c->stops);
    row("waits interrupted", c->interrupts);
    row("events without a cause", c->spurious);
    row("copies made short", c->short_copies);
    row("copies made to fail", c->failed_copies);
    row("sends into a full channel", c->full);
    row("reservations revoked", c->revoked);
    row("losses that are allowed", c->excused);
    row("scheduling steps", c->steps);
    row("violations", failed);
    row("seeds a second", seconds > 0 ? (uint64_t)((double)c->seeds / seconds) : 0);
    row("  of processor time", (uint64_t)((double)c->seeds / processor_seconds()));
}

// --- Arguments ----------------------------------------------------------------------------------

static bool parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--trace")) {
            opt.trace = true;
            continue;
        }
        if (!strcmp(argv[i], "--first")) {
            opt.max_failed = 1;
            continue;
        }
        if (i + 1 == argc)
            return false;
        const char *name = argv[i++];
        uint64_t value = strtoull(argv[i], NULL, 0);
        if (!strcmp(name, "--seed"))
            opt.from = value, opt.seeds = 1, opt.one = true;
        else if (!strcmp(name, "--from"))
            opt.from = value;
        else if (!strcmp(name, "--seeds"))
            opt.seeds = value;
        else if (!strcmp(name, "--ops"))
            opt.ops = (unsigned)value;
        else if (!strcmp(name, "--jobs"))
            opt.jobs = (unsigned)value;
        else if (!strcmp(name, "--seconds"))
            opt.seconds = strtod(argv[i], NULL);
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    opt.jobs = cores < 1 ? 1 : (unsigned)cores;
    if (getenv("SIM_SECONDS"))
        opt.seconds = strtod(getenv("SIM_SECONDS"), NULL);
    if (!parse(argc, argv)) {
        fprintf(stderr,
                "usage: %s [--from N] [--seeds N] [--ops N] [--seconds S] [--jobs N]\n"
                "       %s --seed N [--ops N] [--trace]\n",
                argv[0], argv[0]);
        return 2;
    }
    begun = now();
    opt.jobs = opt.one || opt.jobs < 1 ? 1 : opt.jobs < MAX_JOBS ? opt.jobs : MAX_JOBS;
    start_jobs();
    uint64_t failed = await_jobs();
    struct sim_counts sum = sum_counts();
    if (!opt.trace)
        report(&sum, failed, now() - begun);
    return failed > 0;
}
