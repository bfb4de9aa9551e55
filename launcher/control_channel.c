// See control_channel.h. Tasks are hostile: a packet of a wrong size or with descriptors is a
// violation, which ends the task.
#include "control_channel.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <oolong/list.h>
#include "doorbells.h"
#include "log.h"
#include "violation.h"
#include "vmlink.h"

// A task that sends without pause must not keep the launcher from the others.
#define PACKETS_PER_TURN 16

#define RETRY_MS 10

static struct timer retry;
static struct control_ops ops;

void control_init(const struct control_ops *control_ops)
{
    ops = *control_ops;
}

void control_close(struct task *task)
{
    if (task->control_fd < 0)
        return;
    loop_forget(&task->control);
    close(task->control_fd);
    task->control_fd = -1;
}

// gdb holds the control channel too, so the channel does not end with the task.
static void on_debuggee(struct source *source, uint32_t events)
{
    struct task *task = LIST_CONTAINER(source, struct task, debuggee);
    (void)events;
    loop_forget(source);
    close(source->fd);
    source->fd = -1;
    ops.debuggee_ended(task);
}

// Under gdb the task is a child of gdb. Its first packet carries its process id, by the kernel.
static void learn_pid(struct task *task, struct msghdr *msg)
{
    struct ucred cred;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
            continue;
        memcpy(&cred, CMSG_DATA(c), sizeof(cred));
        if (cred.pid == task->pid || cred.pid <= 0)
            continue;
        task->task_pid = cred.pid;
        task->debuggee.fd = (int)syscall(SYS_pidfd_open, cred.pid, 0);
        task->debuggee.ready = on_debuggee;
        if (task->debuggee.fd < 0 || !loop_watch(&task->debuggee, EPOLLIN))
            log_error("task %s: cannot see when it ends under its debugger: %m", task->spec->name);
        vm_announce(task);
    }
}

// Receives one packet. False: there is none, or the channel has ended.
static bool read_packet(struct task *task)
{
    uint8_t data[sizeof(struct packet) + 1];
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec iov = {data, sizeof(data)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (task->debugged) { // SO_PASSCRED is set: room for credentials only
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control);
    }
    ssize_t got = recvmsg(task->control_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    // A reset is reported before the packets that were queued, so it is not the end yet.
    if (got < 0 && errno == ECONNRESET)
        return true;
    if (got == 0) {
        control_close(task);
        task_hung_up(task);
        return false;
    }
    // There is no room for descriptors: the kernel dropped them and set the flag.
    const char *rule = NULL;
    if (msg.msg_flags & MSG_CTRUNC)
        rule = "attached a descriptor to a control packet";
    else if (got != sizeof(struct packet))
        rule = "sent a control packet of a wrong size";
    if (rule || got < 0) {
        task_violates(task, rule ? rule : "broke its control channel");
        control_close(task);
        return false;
    }
    if (task->debugged && !task->task_pid)
        learn_pid(task, &msg);
    struct packet packet;
    memcpy(&packet, data, sizeof(packet));
    ops.packet(task, &packet);
    return task->control_fd >= 0;
}

static void control_flush(struct task *task);

static void on_control(struct source *source, uint32_t events)
{
    struct task *task = LIST_CONTAINER(source, struct task, control);
    if (events & EPOLLOUT)
        control_flush(task);
    for (int i = 0; i < PACKETS_PER_TURN && read_packet(task); i++)
        ;
}

bool control_open(struct task *task)
{
    task->control = (struct source){.fd = task->control_fd, .ready = on_control};
    return loop_watch(&task->control, EPOLLIN);
}

void control_drain(struct task *task)
{
    // As much as fits in a socket's queue. More can only come from another process that holds it.
    for (int i = 0; i < 1024 && task->control_fd >= 0 && read_packet(task); i++)
        ;
    control_close(task);
}

// False: it was not sent; see errno.
static bool send_packet(struct task *task, struct outgoing *out)
{
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(PACKET_MAX_FDS * sizeof(int))];
    } control = {0};
    struct iovec iov = {&out->packet, sizeof(out->packet)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (out->num_fds) {
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(out->num_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(out->num_fds * sizeof(int));
        memcpy(CMSG_DATA(c), out->fds, out->num_fds * sizeof(int));
    }
    return sendmsg(task->control_fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void on_retry(struct timer *timer)
{
    (void)timer;
    control_flush_all();
}

static void control_flush(struct task *task)
{
    struct outgoing *out;
    uint32_t events = EPOLLIN;
    while ((out = channels_next(&suite.channels, task->id))) {
        if (send_packet(task, out)) {
            channels_sent(&suite.channels, task->id);
            doorbell_sent(task);
        } else if (errno == EAGAIN) {
            events |= EPOLLOUT;
            break;
        } else if (errno == ETOOMANYREFS || errno == ENOMEM || errno == ENOBUFS) {
            loop_timer(&retry, RETRY_MS);
            break;
        } else {
            break; // the task is ending: SIGCHLD follows
        }
    }
    if (task->control.events && !loop_watch(&task->control, events))
        loop_timer(&retry, RETRY_MS);
}

void control_flush_all(void)
{
    retry.fire = on_retry;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        if (task && task->control_fd >= 0 && suite.channels.endpoints[slot].head)
            control_flush(task);
    }
}
