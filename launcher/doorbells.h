// Wakes tasks that sleep on futexes instead of on their sockets; see struct peer_line in wire.h.
#ifndef LAUNCHER_DOORBELLS_H
#define LAUNCHER_DOORBELLS_H

#include "suite.h"

void doorbell_sent(struct task *task);       // wakes it after a packet was sent to it
void doorbell_mark_ended(struct task *task); // sets the mark in its page
void doorbell_ring_all(struct task *task);   // wakes all tasks, as each may wait for it
bool doorbells_are_supported(void);          // whether the host's kernel has futex_waitv

#endif
