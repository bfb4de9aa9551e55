// The task's one timer, for the open receive.
#ifndef LIBIPC_TIMER_H
#define LIBIPC_TIMER_H

// timer.c
/// The milliseconds until the timer fires, -1: not set. 0: it has fired.
int timer_remaining(void);
void timer_clear(void);

#endif
