// The frame of a native worker: a forked process that answers requests by running one case.
#include "native.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool native_fork(struct native *n, void (*serve)(struct native *n))
{
    pid_t parent = getpid();
    n->server = fork();
    if (n->server != 0)
        return n->server > 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    worker_pin(n->placement, true);
    serve(n);
    _exit(EXIT_SUCCESS);
}

bool native_fork_with_socket(struct native *n, int type, void (*serve)(struct native *n))
{
    int fds[2];
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0)
        return false;
    n->fd = fds[1];
    bool is_good = native_fork(n, serve);
    n->fd = fds[0];
    close(fds[1]);
    return is_good;
}

bool native_say_ready(const struct native *n)
{
    return measure_write(n->fd, "r", 1);
}

bool native_await_ready(const struct native *n)
{
    char ready;
    return measure_read(n->fd, &ready, 1);
}

bool native_compare(struct native *n, const void *data, uint64_t len)
{
    const uint8_t *in = data;
    uint64_t edge = len < 8 ? len : 8;
    if (len != n->payload)
        return false;
    if (n->done++ == 0)
        return !memcmp(in, n->out, len);
    return !memcmp(in, n->out, edge) && !memcmp(in + len - edge, n->out + len - edge, edge);
}

static void answer(struct native *n, const struct bench_request *request, struct bench_reply *reply)
{
    n->payload = request->payload;
    n->piece = request->piece;
    n->done = 0;
    n->batch = 1;
    const char *step = NULL;
    if (n->what->begin && !n->what->begin(n))
        step = "cannot be prepared";
    else if (!measure_run(n->what->op, n, n->batch, request, reply))
        step = "failed";
    else if (n->what->end && !n->what->end(n))
        step = "not everything arrived";
    if (step) {
        reply->error = 1;
        snprintf(reply->text, sizeof(reply->text), "%s: %s (%s)", n->what->name, step,
                 strerror(errno));
    }
}

static void *make_buffer(void)
{
    void *buf =
        mmap(NULL, BENCH_MAX_PAYLOAD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buf == MAP_FAILED)
        _exit(EXIT_FAILURE);
    return buf;
}

static void worker_main(const struct native_case *what, enum placement placement, int in, int out)
{
    struct native n = {.what = what, .placement = placement, .fd = -1};
    struct bench_request request;
    worker_pin(placement, false);
    n.out = make_buffer();
    n.in = make_buffer();
    measure_fill(n.out, BENCH_MAX_PAYLOAD, 1);
    memset(n.in, 0, BENCH_MAX_PAYLOAD);
    bool started = what->start(&n);
    while (measure_read(in, &request, sizeof(request))) {
        struct bench_reply reply = {0};
        if (started) {
            answer(&n, &request, &reply);
        } else {
            reply.error = 1;
            snprintf(reply.text, sizeof(reply.text), "%s: cannot start: %s", what->name,
                     strerror(errno));
        }
        if (!measure_write(out, &reply, sizeof(reply)))
            break;
    }
}

bool native_start(struct worker *worker, const struct native_case *what, enum placement placement)
{
    int requests[2], replies[2];
    pid_t parent = getpid();
    if (pipe2(requests, O_CLOEXEC) < 0 || pipe2(replies, O_CLOEXEC) < 0)
        return false;
    fflush(NULL);
    worker->name = what->name;
    worker->pid = fork();
    if (worker->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        signal(SIGPIPE, SIG_IGN);
        signal(SIGTERM, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        worker_main(what, placement, requests[0], replies[1]);
        _exit(EXIT_SUCCESS);
    }
    close(requests[0]);
    close(replies[1]);
    worker->in = requests[1];
    worker->out = replies[0];
    return worker->pid > 0;
}
