// Floors of an exchange of messages: two processes and one socketpair. In the second floor, the
// server waits with epoll_wait, as any server of several clients must.
#include "native.h"
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_LEN 256

static void serve_one(struct native *n)
{
    uint64_t packet[PACKET_LEN / 8];
    while (recv(n->fd, packet, sizeof(packet), 0) == sizeof(packet)) {
        packet[0]++;
        if (send(n->fd, packet, sizeof(packet), MSG_NOSIGNAL) < 0)
            return;
    }
}

static void serve_many(struct native *n)
{
    uint64_t packet[PACKET_LEN / 8];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = n->fd};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, n->fd, &event) < 0)
        return;
    while (epoll_wait(epoll, &event, 1, -1) == 1) {
        if (recv(event.data.fd, packet, sizeof(packet), 0) != sizeof(packet))
            return;
        packet[0]++;
        if (send(event.data.fd, packet, sizeof(packet), MSG_NOSIGNAL) < 0)
            return;
    }
}

static bool start_pingpong(struct native *n)
{
    return native_fork_with_socket(n, SOCK_SEQPACKET, serve_one);
}

static bool start_call(struct native *n)
{
    return native_fork_with_socket(n, SOCK_SEQPACKET, serve_many);
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    uint64_t packet[PACKET_LEN / 8];
    (void)ns;
    memset(packet, 0, sizeof(packet));
    packet[0] = n->done;
    return send(n->fd, packet, sizeof(packet), MSG_NOSIGNAL) == sizeof(packet) &&
           recv(n->fd, packet, sizeof(packet), 0) == sizeof(packet) && packet[0] == ++n->done;
}

const struct native_case floor_pingpong = {"floor_pingpong", start_pingpong, NULL, exchange, NULL};
const struct native_case floor_call = {"floor_call", start_call, NULL, exchange, NULL};
