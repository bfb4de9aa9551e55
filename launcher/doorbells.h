// What the launcher says to tasks that sleep on memory (futexes) instead of on their sockets: see
// struct peer_line in wire.h.
#ifndef LAUNCHER_DOORBELLS_H
#define LAUNCHER_DOORBELLS_H

#include "suite.h"

void doorbell_sent(struct task *task);       // a packet was sent to it
void doorbell_mark_ended(struct task *task); // in its page
void doorbell_ring_all(struct task *task);   // it has ended: wakes the tasks that wait for it
bool doorbells_are_supported(void);          // by the host's kernel

#endif
