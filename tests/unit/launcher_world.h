// What the tests of channels and of the talk table have for an environment: descriptors are only
// numbers, which it counts.
#ifndef TESTS_LAUNCHER_WORLD_H
#define TESTS_LAUNCHER_WORLD_H

#include "run_tests.h"
#include "channels.h"

extern struct channels *c;
extern int num_open;             // descriptors that are open
extern int fds_left;             // descriptors that can still be opened
extern task_t forbidden[2];      // two tasks that may not talk
extern struct talk_table table;  // of the pairs that got a channel
extern uint32_t world_ring_size; // of every channel; 0: sockets alone
extern char end_order[64];       // the steps at the last end of a task, in their order

void world_setup(void);

// Ends all tasks, and checks that no descriptor is left.
void world_teardown(void);

void world_end(task_t task);

// A task that has not installed its filters; and one that has.
task_t add_starting(void);
task_t add_ready(void);
// vm gets its channel to a task and acknowledges it.
void vm_takes(task_t task);

// Sends the next packet of `task` and returns it; type 0 when there is none.
struct packet world_take(task_t task);

void expect_answer(task_t task, task_t about, error_t error);

// Takes a grant, and returns the number of the channel.
uint32_t expect_grant(task_t task, task_t peer);

#endif
