// The driver's view of a suite from outside: its processes, as /proc shows them.
#ifndef CHAOS_HOST_H
#define CHAOS_HOST_H

#include <stdbool.h>
#include <sys/types.h>
#include "board.h"

#define NS_PER_MS    1000000ull
#define MAX_CHILDREN 128

// A process of the suite. `place` is its role on the board; -1: vm; -2: it has not begun its
// program.
struct child {
    pid_t pid;
    int place;
    char name[32];
    char state;        // of /proc/PID/stat
    uint64_t delay_ns; // see host_run_delay_ns()
};

struct host {
    pid_t launcher;
    pid_t vm;
    // The board is in memory, because a busy disk would stall the launcher, or a task at the board.
    struct board *board;
    int output;          // descriptor of the suite's output
    const char *program; // oolong
    const char *extra;   // one more setting for the suite file; NULL: none
};

// Makes the board, and starts the suite on it. False: this failed, and errors were printed.
bool host_start(struct host *host, const char *suite, uint32_t seed);

// Fills `children` with the processes whose parent is the launcher. Returns their number.
int host_children(const struct host *host, struct child children[MAX_CHILDREN]);

// Does the same for children that are newer than the process `after`, without looking at all
// processes.
int host_newcomers(const struct host *host, pid_t after, struct child children[MAX_CHILDREN]);
// The process that was created last.
pid_t host_last_pid(void);

// Ends the launcher by SIGTERM. Returns its exit status, or -1 if it does not end.
int host_stop(struct host *host);

// Waits for every process of the suite, at most until `deadline_ns`. The driver reaps them when the
// launcher is gone. A process may end later by the time that it was ready but had no core, up to
// MOST_EXCUSE_NS. `then` are the processes at the beginning. Returns how many were left and had to
// be killed.
#define MOST_EXCUSE_NS (4000 * NS_PER_MS)
int host_reap_all(const struct child *then, int num, uint64_t deadline_ns);

// These count the descriptors, and the mappings of state pages, of a process.
int host_count_fds(pid_t pid);
int host_count_pages(pid_t pid);

// The state in /proc/PID/stat; 0: the process is gone.
char host_state(pid_t pid);
// The total time in which a process was ready to run but did not run.
uint64_t host_run_delay_ns(pid_t pid);

// Lets time pass between two faults, with a poll(2) of no descriptors.
void host_pause_us(unsigned us);

#define AWAIT(deadline_ms, expr)                                                                   \
    ({                                                                                             \
        uint64_t end_ = board_now_ns() + (deadline_ms)*NS_PER_MS;                                  \
        bool came_;                                                                                \
        while (!(came_ = (expr)) && board_now_ns() < end_)                                         \
            host_pause_us(1000);                                                                   \
        came_;                                                                                     \
    })

#endif
