// The event loop: descriptors, signals, timers.
#ifndef LAUNCHER_LOOP_H
#define LAUNCHER_LOOP_H

#include <stdbool.h>
#include <stdint.h>

// A watched descriptor, embedded in what owns it.
struct source {
    int fd;
    uint32_t events; // EPOLL*; 0 while not watched for anything
    bool is_added;
    void (*ready)(struct source *source, uint32_t events);
};

// A one-shot timer, embedded in what owns it.
struct timer {
    uint64_t at_ns;
    void (*fire)(struct timer *timer);
    struct timer *next;
};

// Makes the loop. `on_signal` gets SIGCHLD, SIGINT, SIGTERM, SIGHUP and SIGTSTP, which are blocked
// from here on. Returns false with errno set.
bool loop_init(void (*on_signal)(int signo));

// Watches `source->fd` for `events`; changes what it is watched for. False, with errno: it is
// watched for what it was before.
bool loop_watch(struct source *source, uint32_t events) __attribute__((warn_unused_result));
// Must be called before the descriptor is closed.
void loop_forget(struct source *source);

void loop_timer(struct timer *timer, uint64_t delay_ms);
void loop_cancel(struct timer *timer);

// Handles one ready descriptor or timer, waiting for it at most until the next timer.
void loop_once(void);

#endif
