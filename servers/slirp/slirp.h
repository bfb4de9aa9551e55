// What slirp's files share. libslirp is one instance, on one thread.
#ifndef SLIRP_H
#define SLIRP_H

#include <libslirp.h>
#include <oolong/types.h>
#include "options.h"

#define SLIRP_IRQ 1 // its sockets, of irq_watch_fd()

// clock.c: a clock that does not go backwards. clock_ns() has the parameter of libslirp's
// callbacks.
int64_t clock_ns(void *opaque);
int64_t clock_ms(void);

// poll.c: the sockets that libslirp wants to hear of.

// Makes the set of sockets. Only before the sandbox.
void poll_prepare(void);
// A socket of that number is new, or about to be closed.
void poll_forget(int fd);
// Asks libslirp for its sockets, and waits for them from now on. `*timeout_ms` becomes at most
// what libslirp asks for; negative is for ever.
void poll_arm(Slirp *slirp, msec_t *timeout_ms);
// Tells libslirp what became of its sockets, and of the time.
void poll_run(Slirp *slirp);

// timers.c: libslirp's timers.
void *timers_new(SlirpTimerCb callback, void *arg, void *opaque);
void timers_free(void *timer, void *opaque);
void timers_mod(void *timer, int64_t expire_ms, void *opaque);
// Runs those that are due. `*timeout_ms` becomes at most what is left of the next.
void timers_run(msec_t *timeout_ms);

// forward.c: ports of the host. Opens them and says which they are. Ends the task when one cannot
// be had.
void forward_open(Slirp *slirp, const struct forward *forward);

// resolv.c: the host's name servers.

// Reads /etc/resolv.conf while that can be done; libslirp looks for it later.
void resolv_prepare(void);
// Has the next one asked from now on.
void resolv_next(void);

#endif
