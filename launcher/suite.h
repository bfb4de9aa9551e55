// The state of the running suite that the launcher's files share: data, and the table of tasks. The
// launcher is a single thread around an event loop, so there is one of each.
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
    TASK_ENDED,    // a zombie until vm acknowledged its death
};

// One running program. Freed when it is reaped.
struct task {
    task_t id;
    struct task_spec *spec;
    enum task_phase phase;
    pid_t pid;      // our child: the task, or gdb
    pid_t task_pid; // the task's own; 0 until known (under gdb: with its first packet)
    unsigned order; // of starting
    uint64_t started_ns;
    struct strings args;
    bool is_main;           // its end ends the suite
    bool debugged;          // under gdb
    struct source debuggee; // its pidfd then, or -1

    int control_fd; // -1 when it ended
    struct source control;
    int page_fd; // read-only
    struct state_page *page;
    int vm_end;     // vm's end of its channel to vm, until that is granted
    int landing_fd; // its landing memory, until vm gets that along with it
    uint32_t vm_chan;
    const struct sandbox *box;
    struct task_output output;
    struct task_output *main_output; // its standard output, where that is not the command's own

    struct digest {
        uint16_t number;
        uint32_t digest;
    } * digests; // of the methods that it was built with, ascending
    unsigned num_digests;

    struct {
        uint32_t repeated, unread; // lines that its log left out, as far as was said
        uint64_t next_ns;          // when that is said again
    } log;

    uint64_t inspect_full_ns; // see rate_pass(): how often it may look at the others

    bool announced; // vm knows it, and will acknowledge its end
    bool exited;    // the child is a zombie
    bool forgotten; // vm acknowledged its end
    bool destroyed; // we ended it, on request
    bool trapped;   // it said that it used a forbidden call:
    struct control_trap trap;
    uint64_t kill_at_ns;   // when it is killed if it has not ended by itself; 0: never
    const char *violation; // the rule of its control channel that it broke
    char absent[64];       // the name of which it was said that it waits in vain
    const char *suspicion; // that it broke one, unless it is ending right now
    char *exec_error;      // it never became the program
};

// Written by run.c before vm starts; the table by suite_add() and suite_remove(); `channels` by the
// functions of channels.h; `manifest` by those of spec.h, when a program is launched that is not in
// the file.
struct suite {
    struct manifest manifest;
    struct channels channels;
    struct task *tasks[CONFIG_NUM_TASKS]; // by slot
    pid_t pid;                            // the launcher's
    int cpu;                              // the core of vm and of what is launched later
    int own_filters;                      // seccomp filters that the launcher itself is under
    const char *main_name;                // --main: the task's name
    const char *debug_name;               // --gdb
    struct strings main_args;
};
extern struct suite suite;

// Puts a task into the table, and takes it out.
void suite_add(struct task *task);
void suite_remove(const struct task *task);

struct task *task_find(task_t id); // NULL unless it is there; it may have ended
const char *task_label(task_t id); // its name, for messages to people

// Sends a signal to a task and, under gdb, to gdb.
void task_kill(struct task *task, int signal);

#endif
