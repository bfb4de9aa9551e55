// Sends requests to workers, and pins processes to cores.
#include "bench.h"
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_MS 120000
#define STOP_MS    3000

struct settings settings;

void worker_pin(enum placement placement, bool second)
{
    cpu_set_t set;
    if (placement == DEFAULT_PLACEMENT)
        return;
    CPU_ZERO(&set);
    CPU_SET(settings.cpus[placement == TWO_CORES && second], &set);
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        fprintf(stderr, "bench: cannot choose a core: %s\n", strerror(errno));
}

bool worker_run(struct worker *worker, const struct bench_request *request,
                struct bench_reply *reply)
{
    struct pollfd answer = {.fd = worker->out, .events = POLLIN};
    const char *what = "has ended";
    memset(reply, 0, sizeof(*reply));
    if (settings.interrupted)
        bench_exit(128 + settings.interrupted);
    if (measure_write(worker->in, request, sizeof(*request))) {
        int ready = poll(&answer, 1, TIMEOUT_MS);
        if (ready == 0)
            what = "does not answer";
        else if (ready > 0 && measure_read(worker->out, reply, sizeof(*reply)))
            return reply->error == 0;
    }
    if (settings.interrupted)
        bench_exit(128 + settings.interrupted);
    memset(reply, 0, sizeof(*reply));
    reply->error = 1;
    snprintf(reply->text, sizeof(reply->text), "%s: %s %s", request->name, worker->name, what);
    return false;
}

static bool ends_in_time(pid_t pid)
{
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    bool ended = end.fd >= 0 && poll(&end, 1, STOP_MS) > 0;
    if (end.fd >= 0)
        close(end.fd);
    return ended;
}

void worker_stop(struct worker *worker)
{
    if (worker->pid <= 0)
        return;
    close(worker->in);
    close(worker->out);
    kill(worker->pid, SIGTERM);
    if (!ends_in_time(worker->pid))
        kill(worker->pid, SIGKILL);
    waitpid(worker->pid, NULL, 0);
    worker->pid = 0;
}

void bench_exit(int status)
{
    char command[PATH_MAX + 16];
    progress_end();
    fflush(NULL);
    if (settings.dir[0]) {
        snprintf(command, sizeof(command), "rm -rf '%s'", settings.dir);
        if (system(command) != 0)
            fprintf(stderr, "bench: %s is left behind\n", settings.dir);
    }
    exit(status);
}

void bench_die(const char *format, ...)
{
    va_list args;
    progress_end();
    fputs("bench: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    bench_exit(EXIT_FAILURE);
}
