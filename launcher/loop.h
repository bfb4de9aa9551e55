// The event loop: descriptors, signals, timers.
#ifndef LAUNCHER_LOOP_H
#define LAUNCHER_LOOP_H

#include <stdbool.h>
#include <stdint.h>

// A watched descriptor, embedded in the structure that owns it.
struct source {
    int fd;
    uint32_t events; // EPOLL*; 0 while not watched for anything
    bool is_added;
    void (*ready)(struct source *source, uint32_t events);
};

// A one-shot timer, embedded in the structure that owns it.
struct timer {
    uint64_t at_ns;
    void (*fire)(struct timer *timer);
    struct timer *next;
};

// Makes the loop. From then on SIGCHLD, SIGINT, SIGTERM, SIGHUP and SIGTSTP are blocked and
// `on_signal` gets them. False: see errno.
bool loop_init(void (*on_signal)(int signo));

// Watches `source->fd` for `events` instead of the events that it was watched for before. False:
// nothing has changed; see errno.
bool loop_watch(struct source *source, uint32_t events) __attribute__((warn_unused_result));
// Must be called before the descriptor is closed.
void loop_forget(struct source *source);

void loop_timer(struct timer *timer, uint64_t delay_ms);
void loop_cancel(struct timer *timer);

// Waits for one descriptor or timer and handles it.
void loop_once(void);

#endif
