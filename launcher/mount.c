// Mounts without privileges: fusermount3, which is set-user-ID, mounts and sends the descriptor
// over a socket. Each mount has a process of its own, the keeper, which has the other end of the
// socket. It unmounts when the launcher closes its end or dies, so nothing stays mounted, however
// the suite ends. (fusermount3 has an option for this, but not for ordinary users before 3.15.)
#include "mount.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <oolong/types.h>
#include "log.h"
#include "signals.h"

#define PROGRAM       "fusermount3"
#define CONFIGURATION "/etc/fuse.conf" // fusermount3's
#define DEADLINE_MS   5000

static struct mount {
    struct mount *next;
    const struct spec_file *file;
    pid_t keeper;
    int socket; // -1: the keeper was told to unmount
} * mounts;

// Whether the keeper ends within `deadline_ms`.
static bool wait_for(const struct mount *mount, uint64_t deadline_ms)
{
    uint64_t until = now_ns() + deadline_ms * NS_PER_MS;
    while (waitpid(mount->keeper, NULL, WNOHANG) == 0) {
        if (now_ns() >= until)
            return false;
        poll(NULL, 0, 2);
    }
    return true;
}

static void let_go(struct mount *mount)
{
    if (mount->socket >= 0)
        close(mount->socket);
    mount->socket = -1;
}

static void forget(struct mount *mount)
{
    struct mount **link = &mounts;
    while (*link != mount)
        link = &(*link)->next;
    *link = mount->next;
    free(mount);
}

// Unmounts, and waits until that is done.
static void end_mount(struct mount *mount)
{
    let_go(mount);
    if (!wait_for(mount, DEADLINE_MS)) {
        log_error("%s does not unmount %s", PROGRAM, mount->file->path);
        kill(mount->keeper, SIGKILL);
    }
    forget(mount);
}

// --- In the keeper ------------------------------------------------------------------------------

static void __noreturn run(const char *path, const char *first, const char *second)
{
    execlp(PROGRAM, PROGRAM, first, second, "--", path, (char *)NULL);
    fprintf(stderr, "oolong: cannot run " PROGRAM ": %s\n", strerror(errno));
    _exit(127);
}

// Whether fusermount3 lets other users into the mount: it does for root, or if its configuration
// says so.
static bool may_let_others_in(void)
{
    char line[256];
    bool may = getuid() == 0;
    FILE *conf = fopen(CONFIGURATION, "re");
    while (conf && !may && fgets(line, sizeof(line), conf))
        may = strcmp(line, "user_allow_other\n") == 0 || strcmp(line, "user_allow_other") == 0;
    if (conf)
        fclose(conf);
    return may;
}

// The kernel enforces modes and owners for all users.
static bool keeper_mount(const struct spec_file *file)
{
    char *options = xasprintf("fsname=%s,subtype=oolong,default_permissions%s", file->name,
                              may_let_others_in() ? ",allow_other" : "");
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        signals_reset_for_task();
        run(file->path, "-o", options);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

// The signals of the launcher's loop stay blocked in the keeper and while fusermount3 unmounts,
// because a service manager sends SIGTERM to each process. Only the end of the launcher counts.
static void __noreturn keep(const struct spec_file *file, int socket)
{
    char number[16], byte;
    setpgid(0, 0); // Ctrl-C must not reach the keeper
    if (dup2(socket, STDERR_FILENO + 1) < 0 ||
        syscall(SYS_close_range, STDERR_FILENO + 2, ~0u, 0) < 0)
        _exit(126);
    socket = STDERR_FILENO + 1;
    fcntl(socket, F_SETFD, 0);
    snprintf(number, sizeof(number), "%d", socket);
    setenv("_FUSE_COMMFD", number, 1);
    if (!keeper_mount(file))
        _exit(1);
    while (read(socket, &byte, 1) < 0 && errno == EINTR)
        ;
    run(file->path, "-u", "-qz");
}

// --- In the launcher ----------------------------------------------------------------------------

// Receives the descriptor. -1: it does not come in time, or the other end is closed.
static int receive_fd(int socket)
{
    char byte;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    struct pollfd pollfd = {.fd = socket, .events = POLLIN};
    int fd = -1;
    if (poll(&pollfd, 1, DEADLINE_MS) <= 0 || recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) <= 0)
        return -1;
    const struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
        cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
    return fd;
}

static int mount_now(struct mount *mount)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    mount->socket = pair[0];
    mount->keeper = fork();
    if (mount->keeper == 0)
        keep(mount->file, pair[1]);
    close(pair[1]);
    int fd = mount->keeper > 0 ? receive_fd(pair[0]) : -1;
    // The task polls for requests, and receives messages when there are none.
    if (fd >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

int mount_open(const struct spec_file *file)
{
    for (struct mount *mount = mounts, *next; mount; mount = next) {
        next = mount->next;
        if (mount->file == file)
            end_mount(mount);
    }
    struct mount *mount = xcalloc(1, sizeof(*mount));
    mount->file = file;
    mount->next = mounts;
    mounts = mount;
    int fd = mount_now(mount);
    if (fd < 0) {
        if (mount->keeper > 0)
            end_mount(mount);
        else
            forget(mount);
        errno = EIO; // fusermount3 has printed the reason
    }
    return fd;
}

void mount_end(const struct task_spec *task)
{
    for (struct mount *mount = mounts; mount; mount = mount->next) {
        for (size_t i = 0; i < task->num_files; i++) {
            if (mount->file == &task->file[i])
                let_go(mount);
        }
    }
}

void mount_reap(void)
{
    for (struct mount *mount = mounts, *next; mount; mount = next) {
        next = mount->next;
        if (waitpid(mount->keeper, NULL, WNOHANG) == mount->keeper) {
            let_go(mount);
            forget(mount);
        }
    }
}

void mount_finish(void)
{
    for (struct mount *mount = mounts; mount; mount = mount->next)
        let_go(mount);
    while (mounts)
        end_mount(mounts);
}
