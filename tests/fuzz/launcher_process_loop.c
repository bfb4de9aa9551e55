// The launcher's event loop without epoll, signals and a clock: see launcher_process.h.
#include <poll.h>
#include <stdlib.h>
#include "launcher_process.h"

#define MAX_SOURCES 256

static struct source *sources[MAX_SOURCES];
static unsigned num_sources;
static struct timer *timers; // soonest first

bool loop_init(void (*on_signal)(int signo))
{
    (void)on_signal;
    return true;
}

bool loop_watch(struct source *source, uint32_t events)
{
    if (!source->is_added) {
        if (num_sources == MAX_SOURCES)
            target_fail("the launcher watches %u descriptors", num_sources);
        sources[num_sources++] = source;
    }
    source->is_added = true;
    source->events = events;
    lp_is_heard = true;
    return true;
}

void loop_forget(struct source *source)
{
    for (unsigned i = 0; source->is_added && i < num_sources; i++) {
        if (sources[i] == source)
            sources[i--] = sources[--num_sources];
    }
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
    timer->at_ns = lp_now_ns + delay_ms * NS_PER_MS;
    struct timer **link = &timers;
    while (*link && (*link)->at_ns <= timer->at_ns)
        link = &(*link)->next;
    timer->next = *link;
    *link = timer;
}

void loop_once(void)
{
    lp_loop_turn();
}

// Handles one event at a time, as the launcher's own loop does, because a handler may end tasks.
static bool poll_sources(void)
{
    if (!lp_is_heard)
        return false;
    for (unsigned i = 0; i < num_sources; i++) {
        unsigned events =
            (unsigned)fd_events(sources[i]->fd) & (sources[i]->events | POLLERR | POLLHUP);
        if (events) {
            sources[i]->ready(sources[i], events);
            return true;
        }
    }
    lp_is_heard = false;
    return false;
}

static bool fire_timer(void)
{
    struct timer *timer = timers;
    if (!timer || timer->at_ns > lp_now_ns)
        return false;
    loop_cancel(timer);
    timer->fire(timer);
    return true;
}

bool lp_loop_turn(void)
{
    return fire_timer() || poll_sources();
}

void lp_loop_reset(void)
{
    if (num_sources > 0)
        target_fail("the launcher still watches descriptor %d", sources[0]->fd);
    while (timers)
        loop_cancel(timers);
}
