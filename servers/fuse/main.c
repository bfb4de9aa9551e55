// fuse: lets every program of the host use what serves `fs`, at the folder that the suite gives as
// mount.fs. The launcher mounts; what comes here is the descriptor, over which the kernel asks.
//
// Owns the channel to the kernel. Its requests are ops.c, files.c and xattrs.c, what the
// kernel knows by number known.c.
//
// Sandbox: profile "fuse": what every task needs, and read and writev on that descriptor.
#include <driver/irq.h>
#include <errno.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "fs.h"
#include "ops.h"

#define FUSE_IRQ 1

static struct fuse_session *session;
static int fuse_fd = -1;

void oolong_prepare(void)
{
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

// Serves what the kernel asks now. False: the folder is not mounted any more.
static bool serve_requests(struct fuse_buf *buf)
{
    while (!fuse_session_exited(session)) {
        int len = fuse_session_receive_buf(session, buf);
        if (len == -EINTR)
            continue;
        if (len == -EAGAIN)
            return IS_OK(irq_watch_fd(fuse_fd, FUSE_IRQ));
        if (len <= 0)
            return false;
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
    error_t err = fs_find();
    if (IS_ERROR(err))
        give_up("no file system");
}

void main(void)
{
    struct fuse_buf buf = {.mem = NULL};
    start();
    bool is_mounted = serve_requests(&buf);
    while (is_mounted) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type != NOTIFICATIONS_MSG)
            discard_unknown_message(&m);
        else if (m.notifications.data & NOTIFY_IRQ)
            is_mounted = serve_requests(&buf);
    }
    fuse_ops.destroy(NULL);
}
