// Waits for the sockets of libslirp. They are in one epoll set. That set is the only descriptor
// that the task watches besides its channels.
#include <driver/irq.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include "slirp.h"

#define EVENTS_MAX 64 // of one look; the others come with the next

// What is known of a socket; the index is its descriptor.
static struct interest {
    bool in_set;
    uint32_t wanted; // EPOLL* in the set
    uint32_t got;    // events since libslirp was last told
    unsigned round;  // in which libslirp last asked for the socket
} * interests;
static size_t num_interests;

static int set_fd = -1;
static unsigned round_now;
static unsigned num_in_set;

void poll_prepare(void)
{
    set_fd = epoll_create1(EPOLL_CLOEXEC);
    if (set_fd < 0)
        PANIC("no set of sockets: %m");
}

static struct interest *find(int fd)
{
    if (fd < 0)
        return NULL;
    if ((size_t)fd >= num_interests) {
        size_t num = MAX((size_t)fd + 1, num_interests * 2 + 64);
        struct interest *more = reallocarray(interests, num, sizeof(*more));
        if (!more)
            return NULL;
        for (size_t i = num_interests; i < num; i++)
            more[i] = (struct interest){0};
        interests = more;
        num_interests = num;
    }
    return &interests[fd];
}

static void remove_from_set(int fd, struct interest *interest)
{
    if (!interest->in_set)
        return;
    // This may fail: the kernel removes a socket from the set when it is closed.
    epoll_ctl(set_fd, EPOLL_CTL_DEL, fd, NULL);
    interest->in_set = false;
    num_in_set--;
}

void poll_forget(int fd)
{
    struct interest *interest = find(fd);
    if (!interest)
        return;
    remove_from_set(fd, interest);
    *interest = (struct interest){0};
}

static uint32_t to_epoll(int events)
{
    uint32_t wanted = 0;
    if (events & SLIRP_POLL_IN)
        wanted |= EPOLLIN;
    if (events & SLIRP_POLL_OUT)
        wanted |= EPOLLOUT;
    if (events & SLIRP_POLL_PRI)
        wanted |= EPOLLPRI;
    return wanted; // epoll always reports errors and ends
}

static int from_epoll(uint32_t got)
{
    int events = 0;
    if (got & EPOLLIN)
        events |= SLIRP_POLL_IN;
    if (got & EPOLLOUT)
        events |= SLIRP_POLL_OUT;
    if (got & EPOLLPRI)
        events |= SLIRP_POLL_PRI;
    if (got & EPOLLERR)
        events |= SLIRP_POLL_ERR;
    if (got & EPOLLHUP)
        events |= SLIRP_POLL_HUP;
    return events;
}

// A callback of slirp_pollfds_fill(). The index that it returns is the descriptor.
static int add_poll(int fd, int events, void *opaque)
{
    (void)opaque;
    struct interest *interest = find(fd);
    if (!interest)
        return -1;
    uint32_t wanted = to_epoll(events);
    interest->round = round_now;
    interest->got = 0;
    if (interest->in_set && interest->wanted == wanted)
        return fd;
    struct epoll_event event = {.events = wanted, .data.fd = fd};
    if (epoll_ctl(set_fd, interest->in_set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0) {
        WARN("socket %d cannot be watched: %m", fd);
        return -1;
    }
    num_in_set += !interest->in_set;
    interest->in_set = true;
    interest->wanted = wanted;
    return fd;
}

// Removes the sockets that libslirp has not asked for this time, so that they do not wake the task.
static void remove_unwanted(void)
{
    unsigned left = num_in_set;
    for (size_t fd = 0; fd < num_interests && left > 0; fd++) {
        struct interest *interest = &interests[fd];
        if (!interest->in_set)
            continue;
        left--;
        if (interest->round != round_now)
            remove_from_set((int)fd, interest);
    }
}

void poll_arm(Slirp *slirp, msec_t *timeout_ms)
{
    uint32_t timeout = UINT32_MAX;
    round_now++;
    slirp_pollfds_fill(slirp, &timeout, add_poll, NULL);
    remove_unwanted();
    if (timeout <= INT32_MAX && (*timeout_ms < 0 || (msec_t)timeout < *timeout_ms))
        *timeout_ms = (msec_t)timeout;
    error_t err = irq_watch_fd(set_fd, SLIRP_IRQ);
    if (IS_ERROR(err))
        PANIC("the sockets cannot be watched: %s", err2str(err));
}

static int get_revents(int index, void *opaque)
{
    (void)opaque;
    struct interest *interest = find(index);
    return interest ? from_epoll(interest->got) : 0;
}

void poll_run(Slirp *slirp)
{
    struct epoll_event events[EVENTS_MAX];
    int num = epoll_wait(set_fd, events, EVENTS_MAX, 0);
    for (int i = 0; i < num; i++) {
        struct interest *interest = find(events[i].data.fd);
        if (interest)
            interest->got = events[i].events;
    }
    slirp_pollfds_poll(slirp, num < 0, get_revents, NULL);
}
