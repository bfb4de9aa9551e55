// Owns the epoll set and every system call on a channel's socket. Files of higher layers decide
// what a packet means.

#include "transport.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int epoll_fd = -1;

error_t transport_init(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return epoll_fd < 0 ? ERR_NO_MEMORY : OK;
}

error_t transport_watch(int fd, void *cookie, bool oneshot)
{
    struct epoll_event event = {.events = EPOLLIN | (oneshot ? (uint32_t)EPOLLONESHOT : 0)};
    event.data.ptr = cookie;
    // After its first event, a oneshot descriptor is still in the set.
    if (oneshot && !epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event))
        return OK;
    if (!epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
        return OK;
    return errno == EPERM || errno == EBADF ? ERR_INVALID_ARG : ERR_NO_MEMORY;
}

void transport_unwatch(int fd)
{
    struct epoll_event unused = {0};
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, &unused);
}

int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms)
{
    struct epoll_event events[TRANSPORT_MAX_EVENTS];
    int n = epoll_wait(epoll_fd, events, TRANSPORT_MAX_EVENTS, timeout_ms);
    for (int i = 0; i < n; i++)
        cookies[i] = events[i].data.ptr;
    return n < 0 ? 0 : n; // EINTR: the caller looks at the time again
}

// Takes the descriptors out of a control message. If there are more than the caller allows, closes
// all of them and returns false.
static bool take_fds(struct msghdr *msg, int *fds, int max_fds, int *num_fds)
{
    int count = 0;
    bool good = true;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int n = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + (size_t)i * sizeof(int), sizeof(fd));
            if (count < max_fds)
                fds[count++] = fd;
            else {
                close(fd);
                good = false;
            }
        }
    }
    if (!good || (msg->msg_flags & MSG_CTRUNC)) {
        while (count > 0)
            close(fds[--count]);
        good = false;
    }
    if (num_fds)
        *num_fds = count;
    return good;
}

// Returns what the calls return, with the length of the packet even if it is more than one, and -1
// with ERANGE for one that carries what it must not.
static ssize_t recv_packet(int fd, struct packet *packet, int flags, int *fds, int max_fds,
                           int *num_fds)
{
    if (max_fds == TRANSPORT_NO_FDS)
        return recv(fd, packet, sizeof(*packet), flags | MSG_TRUNC);

    union {
        char buf[CMSG_SPACE(PACKET_MAX_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    // Without room for descriptors, the kernel drops those that come and says MSG_CTRUNC.
    struct iovec iov = {.iov_base = packet, .iov_len = sizeof(*packet)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (max_fds > 0) {
        msg.msg_control = control.buf;
        msg.msg_controllen = sizeof(control.buf);
    }
    ssize_t n = recvmsg(fd, &msg, flags | MSG_TRUNC | MSG_CMSG_CLOEXEC);
    if (n >= 0 && !take_fds(&msg, fds, max_fds, num_fds)) {
        errno = ERANGE;
        return -1;
    }
    return n;
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    if (num_fds)
        *num_fds = 0;
    for (;;) {
        ssize_t n = recv_packet(fd, packet, wait ? 0 : MSG_DONTWAIT, fds, max_fds, num_fds);
        if (n == sizeof(*packet))
            return OK;
        if (n < 0) {
            // A peer that dies with unread input shows as ECONNRESET once; what it had sent is
            // still in the queue, and end of file comes after it.
            if (errno == EINTR || errno == ECONNRESET)
                continue;
            return errno == EAGAIN   ? ERR_WOULD_BLOCK
                   : errno == ERANGE ? ERR_NOT_ACCEPTABLE
                                     : ERR_ABORTED;
        }
        while (num_fds && *num_fds > 0)
            close(fds[--*num_fds]);
        // An empty packet looks like end of file (both are 0) and means the same: the channel is
        // over.
        return n == 0 ? ERR_ABORTED : ERR_NOT_ACCEPTABLE;
    }
}

static ssize_t send_packet(int fd, const struct packet *packet, int flags, int attach)
{
    if (attach < 0)
        return send(fd, packet, sizeof(*packet), flags | MSG_NOSIGNAL);

    union {
        char buf[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {.iov_base = (void *)(uintptr_t)packet, .iov_len = sizeof(*packet)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.buf,
                         .msg_controllen = sizeof(control.buf)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &attach, sizeof(attach));
    return sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
}

error_t transport_send(int fd, const struct packet *packet, bool block, int attach)
{
    for (;;) {
        ssize_t n = send_packet(fd, packet, block ? 0 : MSG_DONTWAIT, attach);
        if (n == (ssize_t)sizeof(*packet))
            return OK;
        if (n < 0 && errno == EINTR)
            continue;
        // ETOOMANYREFS and ENOBUFS end when the peer reads, as a full channel does.
        if (n >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != ETOOMANYREFS))
            return ERR_ABORTED;
        if (!block)
            return ERR_WOULD_BLOCK;
    }
}

void transport_close(int fd)
{
    close(fd); // also leaves the epoll set, because no other descriptor refers to it
}
