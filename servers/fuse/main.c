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
#include <resea/timer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "fs.h"
#include "ops.h"

#define FUSE_IRQ 1
#define CLOSE_MS 10 // for which a closed file stays open in the server at most, when all is quiet

static struct fuse_session *session;
static int fuse_fd = -1;
static bool timer_runs;

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

// Closed files do not wait for others for ever.
static void set_timer(void)
{
    if (!timer_runs && fs_any_to_close())
        timer_runs = IS_OK(timer_set(CLOSE_MS));
}

static bool notified(notifications_t bits, struct fuse_buf *buf)
{
    if (bits & NOTIFY_TIMER) {
        fs_close_pending();
        timer_runs = false;
    }
    return !(bits & NOTIFY_IRQ) || serve_requests(buf);
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
        set_timer();
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type != NOTIFICATIONS_MSG)
            discard_unknown_message(&m);
        else
            is_mounted = notified(m.notifications.data, &buf);
    }
    fuse_ops.destroy(NULL);
}
