// fuse: makes the file system that `fs` serves a folder of the host, which the suite gives as
// mount.fs. The launcher mounts it. The task gets the descriptor over which the kernel sends
// requests. With the argument `count` it logs at the end how many requests of each kind came.
//
// Owns the descriptor. ops.c, files.c and xattrs.c handle requests, known.c has the nodes that the
// kernel knows.
//
// Sandbox: profile "fuse": what every task needs, and read and writev on the descriptor.
#include <driver/irq.h>
#include <errno.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>
#include "count.h"
#include "fs.h"
#include "ops.h"

#define FUSE_IRQ 1
#define BUSY_MS  10 // without a request, after which messages are received too

static struct fuse_session *session;
static int fuse_fd = -1;
static int wait_fd = -1; // an epoll set of fuse_fd alone

void oolong_prepare(void)
{
    wait_fd = epoll_create1(EPOLL_CLOEXEC);
    char name[] = "fuse", *argv[] = {name, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, argv);
    session = fuse_session_new(&args, &fuse_ops, sizeof(fuse_ops), NULL);
    fuse_opt_free_args(&args);
}

static ssize_t write_reply(int fd, struct iovec *iov, int count, void *arg)
{
    (void)arg;
    return writev(fd, iov, count);
}

static ssize_t read_request(int fd, void *buf, size_t len, void *arg)
{
    (void)arg;
    return read(fd, buf, len);
}

// Waits for a request. False: none came for BUSY_MS.
static bool await_request(void)
{
    struct epoll_event event;
    return epoll_wait(wait_fd, &event, 1, BUSY_MS) != 0;
}

// Serves requests until none comes for BUSY_MS. False: the folder is no longer mounted.
static bool serve_requests(struct fuse_buf *buf)
{
    while (!fuse_session_exited(session)) {
        int len = await_request() ? fuse_session_receive_buf(session, buf) : -ETIMEDOUT;
        if (len == -EINTR || len == -EAGAIN)
            continue;
        if (len == -ETIMEDOUT)
            return true;
        if (len <= 0)
            return false;
        count_request(buf->mem, (size_t)len);
        fuse_session_process_buf(session, buf);
    }
    return false;
}

static __noreturn void give_up(const char *why)
{
    oolong_log("error: ", "%s", why);
    exit(EXIT_FAILURE);
}

static void start(void)
{
    static const struct fuse_custom_io io = {.writev = write_reply, .read = read_request};
    fuse_fd = task_file("fs");
    if (fuse_fd < 0)
        give_up("the suite gives no mount.fs");
    if (!session || fuse_session_custom_io(session, &io, fuse_fd) != 0)
        give_up("libfuse cannot begin");
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(wait_fd, EPOLL_CTL_ADD, fuse_fd, &event) < 0)
        give_up("the requests of the kernel cannot be watched");
    error_t err = fs_find();
    if (IS_ERROR(err))
        give_up("no file system");
}

// Finishes what can wait, then sleeps until a request or a message comes.
static void receive_message(void)
{
    struct message m;
    fs_close_pending();
    fs_sync_when_idle();
    if (IS_ERROR(irq_watch_fd(fuse_fd, FUSE_IRQ)))
        give_up("the requests of the kernel cannot be watched");
    if (IS_OK(ipc_recv(IPC_ANY, &m)) && m.type != NOTIFICATIONS_MSG)
        discard_unknown_message(&m);
}

void main(void)
{
    struct fuse_buf buf = {.mem = NULL};
    start();
    while (serve_requests(&buf))
        receive_message();
    fuse_ops.destroy(NULL);
    if (task_argc() > 1 && strcmp(task_argv()[1], "count") == 0)
        count_report();
}
