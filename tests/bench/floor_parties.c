// Floors of a whole payload exchange through sockets: the shortest program of three processes in
// which one copies payloads between the other two. It takes longer than its calls and copies take
// in separate loops, because the three processes displace each other's data from the caches.
#include "native.h"
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "state.h"

enum verb { PLACE, VERIFY, TAKE, ECHO };

struct parcel {
    uint64_t verb;
    const void *from;
    uint64_t len;
    uint64_t unused[29];
};

// Sockets between the client and the copier, and between the server and the copier. End 0 is the
// copier's.
struct parties {
    int client[2], server[2];
};

static bool ask(int fd, struct parcel *parcel)
{
    return send(fd, parcel, sizeof(*parcel), MSG_NOSIGNAL) == sizeof(*parcel) &&
           recv(fd, parcel, sizeof(*parcel), 0) == sizeof(*parcel);
}

static bool place(int fd, const void *from, uint64_t len)
{
    struct parcel parcel = {.verb = PLACE, .from = from, .len = len};
    return ask(fd, &parcel) && parcel.len == len;
}

// The payload, in memory of its own.
static void *take(const struct native *n, uint64_t len)
{
    void *data = malloc(len + 1);
    if (data)
        memcpy(data, n->in, len);
    return data;
}

static bool wait_for(int epoll, int *fd)
{
    struct epoll_event event;
    bool come = epoll_wait(epoll, &event, 1, -1) == 1;
    *fd = event.data.fd;
    return come;
}

static bool watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void serve(struct native *n)
{
    const struct parties *parties = n->own;
    struct parcel parcel;
    int epoll = epoll_create1(EPOLL_CLOEXEC), fd;
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    memset(n->in, 0, BENCH_MAX_PAYLOAD);
    if (!watch(epoll, n->fd) || !native_say_ready(n))
        return;
    while (wait_for(epoll, &fd) && recv(fd, &parcel, sizeof(parcel), 0) == sizeof(parcel)) {
        uint64_t len = parcel.len;
        void *data = take(n, len);
        struct parcel asked = {.verb = VERIFY}; // the receiver of ool_send also asks vm
        bool is_good = data && (parcel.verb == ECHO ? place(parties->server[1], data, len)
                                                    : ask(parties->server[1], &asked));
        free(data);
        if (!is_good || send(fd, &parcel, sizeof(parcel), MSG_NOSIGNAL) < 0)
            return;
    }
}

// All have their memory at the same addresses.
static bool copy(const struct native *n, pid_t from, pid_t to, const struct parcel *parcel)
{
    for (uint64_t at = 0; at < parcel->len; at += VM_BOUNCE_LEN) {
        size_t len = parcel->len - at < VM_BOUNCE_LEN ? parcel->len - at : VM_BOUNCE_LEN;
        struct iovec ours = {n->out, len};
        struct iovec theirs = {(uint8_t *)(uintptr_t)parcel->from + at, len};
        struct iovec landing = {n->in + at, len};
        if (process_vm_readv(from, &ours, 1, &theirs, 1, 0) != (ssize_t)len ||
            process_vm_writev(to, &ours, 1, &landing, 1, 0) != (ssize_t)len)
            return false;
    }
    return true;
}

static void copy_for_others(struct native *n)
{
    const struct parties *parties = n->own;
    struct parcel parcel;
    pid_t client = getppid(), server = n->other;
    int epoll = epoll_create1(EPOLL_CLOEXEC), fd;
    if (!watch(epoll, parties->client[0]) || !watch(epoll, parties->server[0]) ||
        !native_say_ready(n))
        return;
    while (wait_for(epoll, &fd) && recv(fd, &parcel, sizeof(parcel), 0) == sizeof(parcel)) {
        bool of_client = fd == parties->client[0];
        bool done = parcel.verb == VERIFY ||
                    copy(n, of_client ? client : server, of_client ? server : client, &parcel);
        if (!done || send(fd, &parcel, sizeof(parcel), MSG_NOSIGNAL) < 0)
            return;
    }
}

static bool start(struct native *n)
{
    struct parties *parties = malloc(sizeof(*parties));
    if (!parties || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, parties->client) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, parties->server) < 0)
        return false;
    n->own = parties;
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); // Yama would refuse the copies otherwise
    if (!native_fork_with_socket(n, SOCK_SEQPACKET, serve) || !native_await_ready(n))
        return false;
    // The copier runs on the client's core, as vm does.
    struct native copier = *n;
    copier.placement = n->placement == TWO_CORES ? SAME_CORE : n->placement;
    copier.other = n->server;
    return native_fork_with_socket(&copier, SOCK_SEQPACKET, copy_for_others) &&
           native_await_ready(&copier);
}

static bool call(struct native *n, enum verb verb)
{
    struct parcel parcel = {.verb = verb, .len = n->payload};
    return ask(n->fd, &parcel);
}

static bool place_one(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    const struct parties *parties = n->own;
    // This first copy brings the data back into the caches, as in the operation ool_send.
    if (!place(parties->client[1], n->out, n->payload))
        return false;
    uint64_t begin = measure_now_ns();
    bool placed = place(parties->client[1], n->out, n->payload);
    *ns += measure_now_ns() - begin;
    return placed && call(n, TAKE);
}

static bool echo(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    const struct parties *parties = n->own;
    (void)ns;
    if (!place(parties->client[1], n->out, n->payload) || !call(n, ECHO))
        return false;
    void *data = take(n, n->payload);
    bool is_good = data && native_compare(n, data, n->payload);
    free(data);
    return is_good;
}

const struct native_case floor_place = {"floor_place", start, NULL, place_one, NULL};
const struct native_case floor_echo = {"floor_echo", start, NULL, echo, NULL};
