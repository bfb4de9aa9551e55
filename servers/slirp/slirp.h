// What slirp's files share. There is one instance of libslirp, on one thread. Each function says
// which file has it.
#ifndef SLIRP_H
#define SLIRP_H

#include <libslirp.h>
#include <oolong/types.h>
#include "options.h"

#define SLIRP_IRQ 1 // the number that irq_watch_fd() gets for the sockets of libslirp

// clock.c: a clock that does not go backwards. clock_ns() is a callback of libslirp.
int64_t clock_ns(void *opaque);
int64_t clock_ms(void);

// poll.c: waits for the sockets of libslirp. Times are milliseconds.

// Makes the set of sockets. Ends the task on failure. Call it in oolong_prepare().
void poll_prepare(void);
// Forgets what is known of descriptor `fd`: it is a new socket, or is about to be closed.
void poll_forget(int fd);
// Asks libslirp which sockets it waits for, and arms NOTIFY_IRQ for them. Shortens `*timeout_ms` to
// the time that libslirp asks for; negative is for ever.
void poll_arm(Slirp *slirp, msec_t *timeout_ms);
// Tells libslirp which sockets are ready, and has it look at the time. Does not block.
void poll_run(Slirp *slirp);

// timers.c: the timers of libslirp. The first three are its callbacks.
void *timers_new(SlirpTimerCb callback, void *arg, void *opaque);
void timers_free(void *timer, void *opaque);
void timers_mod(void *timer, int64_t expire_ms, void *opaque);
// Runs the timers that are due. Shortens `*timeout_ms` to the time until the next one.
void timers_run(msec_t *timeout_ms);

// forward.c: opens a port of the host that leads to the guest, and logs which port it is. Ends the
// task if the port cannot be opened. Call it in oolong_prepare().
void forward_open(Slirp *slirp, const struct forward *forward);

// resolv.c: the name servers of the host.

// Reads /etc/resolv.conf. Call it in oolong_prepare(): the sandbox does not allow it later.
void resolv_prepare(void);
// From now on, the next server is asked.
void resolv_next(void);

#endif
