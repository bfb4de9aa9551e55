// The timers of libslirp. There are only a few, so they are in a list.
#include <list.h>
#include <stdlib.h>
#include "slirp.h"

struct timer {
    list_elem_t next;
    SlirpTimerCb callback;
    void *arg;
    bool set;
    int64_t expire_ms;
};

static list_t timers = {&timers, &timers};

void *timers_new(SlirpTimerCb callback, void *arg, void *opaque)
{
    (void)opaque;
    struct timer *timer = calloc(1, sizeof(*timer));
    if (!timer)
        abort(); // libslirp does not check for failure
    timer->callback = callback;
    timer->arg = arg;
    list_push_back(&timers, &timer->next);
    return timer;
}

void timers_free(void *timer, void *opaque)
{
    (void)opaque;
    list_remove(&((struct timer *)timer)->next);
    free(timer);
}

void timers_mod(void *timer, int64_t expire_ms, void *opaque)
{
    (void)opaque;
    struct timer *t = timer;
    t->set = true;
    t->expire_ms = expire_ms;
}

void timers_run(msec_t *timeout_ms)
{
    int64_t now = clock_ms();
    LIST_FOR_EACH (timer, &timers, struct timer, next) {
        if (timer->set && timer->expire_ms <= now) {
            timer->set = false;
            timer->callback(timer->arg);
        }
        if (!timer->set)
            continue;
        int64_t left = MIN(MAX(timer->expire_ms - now, 1), 60000);
        if (*timeout_ms < 0 || left < *timeout_ms)
            *timeout_ms = (msec_t)left;
    }
}
