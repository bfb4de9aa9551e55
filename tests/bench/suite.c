// Makes suites to measure in: the suite file, the archive for archivefs, and the launcher. The
// driver has the console of bench_task.
#include "bench.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_LEN 512 // of a tar archive

// The header of one file in the format of POSIX.
static void tar_header(char block[BLOCK_LEN], const char *name, uint64_t size)
{
    memset(block, 0, BLOCK_LEN);
    snprintf(block, 100, "%s", name);
    memcpy(block + 100,
           "0000644\0"
           "0000000\0"
           "0000000\0",
           24);
    snprintf(block + 124, 12, "%011llo", (unsigned long long)size);
    memcpy(block + 136,
           "00000000000\0"
           "        "
           "0",
           21);
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    unsigned sum = 0;
    for (int i = 0; i < BLOCK_LEN; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    block[155] = ' ';
}

// Each piece has a pattern of its own.
static void write_long_file(FILE *file, void *data)
{
    char block[BLOCK_LEN];
    tar_header(block, "long", BENCH_FILE_LEN);
    fwrite(block, BLOCK_LEN, 1, file);
    for (uint64_t at = 0; at < BENCH_FILE_LEN; at += BENCH_FILE_PIECE) {
        measure_fill(data, BENCH_FILE_PIECE, at + 1);
        fwrite(data, 1, BENCH_FILE_PIECE, file);
    }
}

// One file for each payload, named after its length, with the pattern of that number.
static void write_archive(const char *path)
{
    static const char zeros[2 * BLOCK_LEN];
    FILE *file = fopen(path, "we");
    void *data = malloc(BENCH_MAX_PAYLOAD);
    if (!file || !data)
        bench_die("cannot write %s: %s", path, strerror(errno));
    for (size_t i = 0; i < num_bench_payloads; i++) {
        uint64_t len = bench_payloads[i];
        char name[32], block[BLOCK_LEN];
        snprintf(name, sizeof(name), "%llu", (unsigned long long)len);
        tar_header(block, name, len);
        measure_fill(data, len, len);
        fwrite(block, BLOCK_LEN, 1, file);
        fwrite(data, 1, len, file);
        fwrite(zeros, 1, (BLOCK_LEN - len % BLOCK_LEN) % BLOCK_LEN, file);
    }
    write_long_file(file, data);
    fwrite(zeros, sizeof(zeros), 1, file);
    free(data);
    if (fclose(file) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}

static void write_cpu(FILE *file, const struct suite_plan *plan, bool second)
{
    if (plan->placement != DEFAULT_PLACEMENT)
        fprintf(file, "cpu = %d\n", settings.cpus[plan->placement == TWO_CORES && second]);
    fputc('\n', file);
}

static void write_server(FILE *file, const struct suite_plan *plan, const char *name)
{
    fprintf(file, "[task %s]\nprogram = bench_server%s\nargs = %s\nserves = %s\ncalls = *\n", name,
            plan->counting ? "_counting" : "", name, name);
    write_cpu(file, plan, true);
}

static void write_pairs(FILE *file, const struct suite_plan *plan)
{
    for (unsigned i = 0; i < plan->num_pairs; i++)
        fprintf(file,
                "[task s%u]\nprogram = bench_server\nargs = s%u\nserves = s%u\n\n"
                "[task c%u]\nprogram = bench_pair\nargs = s%u %u\ncalls = s%u\n\n",
                i, i, i, i, i, plan->pair_ms, i);
}

static void write_tasks(FILE *file, const char *archive, const struct suite_plan *plan)
{
    char name[16];
    write_server(file, plan, "bench");
    for (unsigned i = 0; i < plan->num_clients; i++) {
        snprintf(name, sizeof(name), "c%u", i);
        write_server(file, plan, name);
    }
    if (plan->files) {
        fprintf(file,
                "[task archivefs]\nargs = %s\nfile.archive = %s\nserves = fs\n"
                "profile = archive\nmemory = 2G\n",
                archive, archive);
        write_cpu(file, plan, true);
    }
    fprintf(file, "[task bench_child]\nautostart = no\ncalls = *\n");
    write_cpu(file, plan, true);
    fprintf(file,
            "[task bench_task]\nprogram = bench_task%s\nconsole = yes\nprofile = console\n"
            "calls = *\nrights = launch\n",
            plan->counting ? "_counting" : "");
    write_cpu(file, plan, false);
}

static void write_suite(const char *path, const char *archive, const struct suite_plan *plan)
{
    FILE *file = fopen(path, "we");
    if (!file)
        bench_die("cannot write %s: %s", path, strerror(errno));
    fprintf(file, "[suite]\nname = bench\nlookup_timeout_ms = 20000\ntransport = %s\n\n",
            transport_names[plan->transport]);
    if (plan->num_pairs > 0)
        write_pairs(file, plan);
    else
        write_tasks(file, archive, plan);
    if (fclose(file) != 0)
        bench_die("cannot write %s: %s", path, strerror(errno));
}

static void run_launcher(const struct suite_plan *plan, const char *path, int in, int out)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    worker_pin(plan->placement, false); // vm and tasks that the suite does not place go there too
    if (plan->trace && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(126);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    if (plan->num_pairs > 0)
        execl(settings.oolong, "oolong", "run", path, NULL);
    execl(settings.oolong, "oolong", "run", path, "--main", "bench_task", NULL);
    _exit(127);
}

static const char *archive_path(void)
{
    static char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/files.tar", settings.dir);
    if (access(path, R_OK) < 0)
        write_archive(path);
    return path;
}

int suite_open_long_file(uint64_t *offset)
{
    *offset = BLOCK_LEN;
    for (size_t i = 0; i < num_bench_payloads; i++)
        *offset += BLOCK_LEN + (bench_payloads[i] + BLOCK_LEN - 1) / BLOCK_LEN * BLOCK_LEN;
    return open(archive_path(), O_RDONLY | O_CLOEXEC);
}

bool suite_start(struct worker *worker, const struct suite_plan *plan)
{
    static unsigned number;
    char path[PATH_MAX + 32];
    int requests[2], replies[2];
    snprintf(path, sizeof(path), "%s/suite-%u.ini", settings.dir, number++);
    write_suite(path, plan->files ? archive_path() : NULL, plan);
    if (pipe2(requests, O_CLOEXEC) < 0 || pipe2(replies, O_CLOEXEC) < 0)
        return false;
    worker->name = "the suite";
    worker->pid = fork();
    if (worker->pid == 0)
        run_launcher(plan, path, requests[0], replies[1]);
    close(requests[0]);
    close(replies[1]);
    worker->in = requests[1];
    worker->out = replies[0];
    return worker->pid > 0;
}
