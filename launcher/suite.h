// The state of the running suite that the launcher's files share. The launcher runs one suite, in a
// single thread around an event loop, so this state is global.
#ifndef LAUNCHER_SUITE_H
#define LAUNCHER_SUITE_H

#include <signal.h>
#include <sys/types.h>
#include <oolong/wire.h>
#include "channels.h"
#include "loop.h"
#include "manifest.h"
#include "output.h"
#include "sandbox.h"

enum task_phase {
    TASK_STARTING, // from fork to CTL_READY
    TASK_READY,    // its filters are in place
    TASK_ENDED,    // a zombie, until vm has acknowledged its end
};

// One running program. Freed when it is reaped.
struct task {
    task_t id;
    struct task_spec *spec;
    enum task_phase phase;
    pid_t pid;      // of the launcher's child: the task, or gdb
    pid_t task_pid; // of the task; 0: not known yet (under gdb, before its first packet)
    unsigned order; // of starting: 1 is vm
    uint64_t started_ns;
    struct strings args;
    bool is_main;           // its end ends the suite
    bool debugged;          // under gdb
    struct source debuggee; // under gdb, the pidfd of the task, or -1

    int control_fd; // -1 after the channel has ended
    struct source control;
    int page_fd; // read-only
    struct state_page *page;
    int vm_end;     // vm's end of the channel between the two, until vm gets it
    int landing_fd; // the memory for payloads to it, until vm gets it
    uint32_t vm_chan;
    const struct sandbox *box;
    struct task_output output;
    struct task_output *main_output; // its standard output, if the launcher reads it apart; or NULL

    struct digest {
        uint16_t number;
        uint32_t digest;
    } * digests; // of the methods that it was built with, in ascending order
    unsigned num_digests;

    struct {
        uint32_t repeated, unread; // lines that its log left out and that were reported
        uint64_t next_ns;          // when more of them may be reported
    } log;

    uint64_t inspect_full_ns; // limits how often it asks for texts about all tasks; see rate_pass()

    bool announced; // vm knows it and will acknowledge its end
    bool exited;    // the child is a zombie
    bool forgotten; // vm has acknowledged its end, or never knew it
    bool destroyed; // the launcher ended it, on request
    bool trapped;   // it reported that it made a forbidden system call
    struct control_trap trap;
    uint64_t kill_at_ns;   // when it is killed if it still runs; 0: never
    const char *violation; // the rule of its control channel that it broke, or NULL
    char absent[64];       // the name that nobody serves, reported last
    const char *suspicion; // a rule that it has broken, unless it is just ending
    char *exec_error;      // why it could not run its program, or NULL
};

// run.c writes this before vm starts. Later, `tasks` is changed by suite_add() and suite_remove(),
// `channels` by the functions of channels.h, and `manifest` by manifest_add_program().
struct suite {
    struct manifest manifest;
    struct channels channels;
    struct task *tasks[CONFIG_NUM_TASKS]; // by slot
    pid_t pid;                            // the launcher's
    int cpu;                              // the core of vm, and of tasks that are launched later
    int own_filters;        // the number of seccomp filters that the launcher is under
    const char *main_name;  // --main: the task's name
    const char *debug_name; // --gdb
    struct strings main_args;
};
extern struct suite suite;

// Put a task into the table, and take it out.
void suite_add(struct task *task);
void suite_remove(const struct task *task);

struct task *task_find(task_t id); // NULL if there is none; it may have ended
const char *task_label(task_t id); // its name, for messages to the user

// Sends a signal to a task and, under gdb, to gdb.
void task_kill(struct task *task, int signal);

#endif
