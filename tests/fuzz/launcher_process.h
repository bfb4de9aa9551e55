// The process of the launcher, for the target launcher-process: all of it except main.c, its event
// loop and its output. The processes of tasks are entries of a table, and descriptors are those of
// fake_fds.h.
#ifndef TESTS_FUZZ_LAUNCHER_PROCESS_H
#define TESTS_FUZZ_LAUNCHER_PROCESS_H

#include <oolong/wire.h>
#include "fake_fds.h"
#include "stop.h"
#include "suite.h"

#define LP_MAX_PROCS 64 // of one input

struct lp_proc {
    pid_t pid;
    task_t id;
    const char *name; // of its spec
    int fd;           // its end of the control channel; -1: closed
    bool exited;
    bool reaped;
    int code, status;  // as siginfo_t has them
    int num_filters;   // as the kernel reports them
    bool by_the_rules; // it reads and answers at once
    bool is_debugger;  // its debugger sends its packets
    // Packets that it has read, by kind.
    unsigned num_boots, num_files, num_texts, num_answers, num_grants;
    task_t unacked; // the peer of the last grant that is not acknowledged; 0: none
};
extern struct lp_proc lp_procs[LP_MAX_PROCS];
extern unsigned lp_num_procs;
extern uint64_t lp_now_ns;
extern bool lp_is_heard; // something may be ready since the launcher last looked
extern bool lp_may_end;  // a task had the right to end those that keep to the rules

/// The newest living process of the task with that name; NULL: there is none.
struct lp_proc *lp_find(const char *name);
struct lp_proc *lp_of_task(task_t id);

/// The process ends: it exits (`code` CLD_EXITED) or a signal kills it (CLD_KILLED).
void lp_exit(struct lp_proc *proc, int code, int status);
/// The process closes its end of the channel.
void lp_hang_up(struct lp_proc *proc);
/// The task under a debugger ends, and the debugger goes on.
void lp_end_debuggee(void);
/// The process sends `len` bytes with `num_fds` descriptors.
void lp_send(struct lp_proc *proc, const void *data, size_t len, unsigned num_fds);
void lp_send_control(struct lp_proc *proc, enum control_op op, struct packet *packet);
/// The process reads a packet and closes the descriptors that came with it. Checks the packet.
/// False: there is none.
bool lp_read(struct lp_proc *proc, struct packet *packet);
/// The process handles a packet as a task should.
void lp_obey(struct lp_proc *proc, const struct packet *packet);

/// Runs the launcher and the tasks that keep to the rules until nothing happens any more.
void lp_run(void);
void lp_reset(void);
/// Closes the descriptors that the target itself has open.
void lp_close(void);

/// Takes the launcher's messages.
bool lp_log(char *text);

// launcher_process_table.c
extern bool lp_child_ended; // a child has ended since the launcher last looked
/// Keeps a task's end of its control channel; fake_fds.h calls it.
void lp_on_socketpair(const int ends[2]);

// launcher_process_loop.c: the functions of loop.h, with poll() and the clock of the target.
bool lp_loop_turn(void);
void lp_loop_reset(void);

// launcher_process_shell.c: run.c and stop.c, and their static functions.
void shell_boot(const char *suite_text, const char *debugged);
void shell_check_end(void);

#endif
