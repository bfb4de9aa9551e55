// epoll, a signalfd and a timerfd. Events are fetched one at a time: a handler may free a task, and
// an event fetched earlier could point into it.
#include "loop.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "log.h"
#include "util.h"

static int epoll_fd = -1;
static void (*signal_handler)(int signo);
static struct source signals, clock_source;
static struct timer *timers; // soonest first
static uint64_t armed_ns;    // the time that the timerfd is set to; 0: none

static void on_signalfd(struct source *source, uint32_t events)
{
    struct signalfd_siginfo info;
    (void)events;
    if (read(source->fd, &info, sizeof(info)) == sizeof(info))
        signal_handler((int)info.ssi_signo);
}

static void on_timerfd(struct source *source, uint32_t events)
{
    uint64_t expirations;
    (void)events;
    if (read(source->fd, &expirations, sizeof(expirations)) < 0)
        return;
    armed_ns = 0;
    uint64_t now = now_ns();
    while (timers && timers->at_ns <= now) {
        struct timer *timer = timers;
        loop_cancel(timer);
        timer->fire(timer);
    }
}

bool loop_init(void (*on_signal)(int signo))
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTSTP);
    signal_handler = on_signal;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    signals = (struct source){.ready = on_signalfd};
    signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    clock_source = (struct source){.ready = on_timerfd};
    clock_source.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (epoll_fd < 0 || signals.fd < 0 || clock_source.fd < 0)
        return false;
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return false;
    return loop_watch(&signals, EPOLLIN) && loop_watch(&clock_source, EPOLLIN);
}

bool loop_watch(struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (source->is_added && source->events == events)
        return true;
    int op = source->is_added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(epoll_fd, op, source->fd, &event) < 0)
        return false;
    source->is_added = true;
    source->events = events;
    return true;
}

void loop_forget(struct source *source)
{
    if (source->is_added)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
    source->is_added = false;
    source->events = 0;
}

void loop_cancel(struct timer *timer)
{
    struct timer **link = &timers;
    while (*link && *link != timer)
        link = &(*link)->next;
    if (*link)
        *link = timer->next;
}

void loop_timer(struct timer *timer, uint64_t delay_ms)
{
    loop_cancel(timer);
    timer->at_ns = now_ns() + delay_ms * NS_PER_MS;
    struct timer **link = &timers;
    while (*link && (*link)->at_ns <= timer->at_ns)
        link = &(*link)->next;
    timer->next = *link;
    *link = timer;
}

static void arm_timerfd(void)
{
    uint64_t at = timers ? timers->at_ns : 0;
    if (at == armed_ns)
        return;
    struct itimerspec spec = {0};
    spec.it_value.tv_sec = (time_t)(at / 1000000000);
    spec.it_value.tv_nsec = (long)(at % 1000000000);
    timerfd_settime(clock_source.fd, TFD_TIMER_ABSTIME, &spec, NULL);
    armed_ns = at;
}

void loop_once(void)
{
    struct epoll_event event;
    arm_timerfd();
    int got = epoll_wait(epoll_fd, &event, 1, -1);
    if (got < 0 && errno != EINTR) {
        log_error("cannot wait for events: %m");
        exit(1);
    }
    if (got == 1) {
        struct source *source = event.data.ptr;
        source->ready(source, event.events);
    }
}
