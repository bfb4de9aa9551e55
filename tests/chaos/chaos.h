// The parts of the driver: faults under load, and the ends of vm and of the launcher.
#ifndef CHAOS_CHAOS_H
#define CHAOS_CHAOS_H

#include "host.h"

enum fault {
    FAULT_KILL = 0,  // kill -9 of a running task
    FAULT_KILL_NEW,  // kill -9 of a task whose program or main has not begun yet
    FAULT_STOP_KILL, // SIGSTOP, then kill -9
    FAULT_STOP_CONT, // SIGSTOP, then SIGCONT
    NUM_FAULTS,
};

// Injected: the signal was sent. Activated: a task waited for the victim, or the victim for a task.
// Detected: each waiting task was told in time, and the zombie is gone. Recovered: the role works
// again.
struct tally {
    unsigned injected;
    unsigned activated;
    unsigned detected;
    unsigned recovered;
};

struct chaos {
    struct host host;
    const char *suite;
    uint64_t dice;
    unsigned kills; // to do
    unsigned violations;
    struct tally tally[NUM_FAULTS];
};

// Prints and counts something that must not happen.
void violation(struct chaos *chaos, const char *format, ...) __attribute__((format(printf, 2, 3)));

// inject.c. Runs a suite and `chaos->kills` faults in it, and checks what they left.
void chaos_under_load(struct chaos *chaos);

// census.c: the resources that the suite holds when nothing happens.
//
// The first function waits until every role works. census_first() notes the resources, and
// census_compare() compares them later.
bool census_wait_until_all_work(struct chaos *chaos);
void census_first(struct chaos *chaos);
void census_compare(struct chaos *chaos);
// These check that the roles lost and damaged no messages, and check the output of the suite.
void census_check_board(struct chaos *chaos);
void census_check_output(struct chaos *chaos);

// waits.c: the tasks that wait for a victim, and their deadlines.
//
// Notes the waits for `task`, process `pid`, which is about to be killed. Returns their number.
int waits_note(struct chaos *chaos, const struct child *children, int num, int task, pid_t pid);
// Checks which of these waits are over, and whether they took too long.
void waits_look(struct chaos *chaos);
// Forgets the role's waits, because the role itself is stopped or killed.
void waits_forget(int place);
// Whether one of the noted tasks still waits for `task`.
bool waits_are_open(int task);
void waits_print(void);

// endings.c. Kills vm or the launcher `times` times, at random moments of a suite's life.
void chaos_endings(struct chaos *chaos, bool of_vm, unsigned times);

#endif
