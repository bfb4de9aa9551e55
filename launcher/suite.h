// The running suite: the one state of the launcher that its files share. The launcher is a single
// thread around an event loop, so there is one of each.
#ifndef LAUNCHER_SUITE_H
#define LAUNCHER_SUITE_H

#include <signal.h>
#include <sys/types.h>
#include <oolong/wire.h>
#include "channel.h"
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
    struct stream output;
    struct stream *main_output; // its standard output, where that is not the command's own

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
    const char *offence;   // the rule of its control channel that it broke
    char absent[64];       // the name of which it was said that it waits in vain
    const char *suspicion; // that it broke one, unless it is ending right now
    char *exec_error;      // it never became the program
};

struct suite {
    struct manifest manifest;
    struct channels channels;
    struct task *tasks[CONFIG_NUM_TASKS]; // by slot
    unsigned num_started;
    pid_t pid;              // the launcher's
    int cpu;                // the core of vm and of what is launched later
    int own_filters;        // seccomp filters that the launcher itself is under
    unsigned verbose;       // --verbose, how often
    const char *main_name;  // --main: the task's name
    const char *debug_name; // --gdb
    struct strings main_args;
    struct task_spec *vm_spec;
    bool main_started;
    bool stopping;
    bool finished; // every task ended: the loop is left
    int exit_status;
};
extern struct suite suite;

// spawn.c. Starts a task with `extra` arguments behind its spec's. Returns its id or an error,
// which was logged.
task_t task_start(struct task_spec *spec, const struct strings *extra);
struct task *task_find(task_t id); // NULL unless it is there; it may have ended
const char *task_label(task_t id); // its name, for messages to people

// program.c. Sets `*path` (the caller frees it) to where a program must be, and returns whether it
// can be executed, else with errno set.
bool program_find(const char *program, char **path);
// Checks that the programs and files of a suite are there. The errors are in the manifest.
void program_check_all(struct manifest *mf);
// Returns a descriptor, or -1 with `*error` set to a text of the C library's or of ours.
int spec_file_open(const struct spec_file *file, const char **error);

// control.c. Sends what is queued and can be sent, to all.
void control_flush_all(void);
void control_watch(struct task *task);
// Reads what a task that ended has left behind.
void control_drain(struct task *task);
// Memory of a fixed size. Without `ro`, there is no read-only descriptor. False: see errno.
bool make_memfd(const char *name, size_t size, int *rw, int *ro);
// Has the kernel let no packet with descriptors into this end of a channel; its sender gets EPERM
// then. False: the kernel is older than that (Linux 6.16), and the receiver has to look.
bool refuse_fds(int end);
bool fds_are_refused(void);
// The numbers that mean different methods to two tasks, ascending; `*numbers` is the caller's.
unsigned compare_digests(const struct task *a, const struct task *b, uint16_t **numbers);
extern const struct channel_env control_env;
// Memory that others may have too and that is charged to a task: segments and pages, its landing
// buffers, its state page, its regions. In bytes, as much as it can become.
uint64_t task_shared_bytes(const struct task *task);
// Makes the table of channels, before vm is started; and a read-only descriptor of it for vm.
bool control_make_table(void);
int control_open_table(void);

// bells.c: what the launcher says to tasks that sleep on memory.
void bell_sent(struct task *task);       // a packet was sent to it
void bell_mark_ended(struct task *task); // in its page
void bell_ring_all(struct task *task);   // it has ended: wakes those who wait for it
bool bells_are_supported(void);          // by the host's kernel

// requests.c: what tasks and vm may ask for, a row each.
void request_handle(struct task *task, const struct packet *packet);
// The task broke a rule: it is logged and killed.
void task_offend(struct task *task, const char *offence);
// Its control channel is at its end: it has ended, or will.
void task_hung_up(struct task *task);

// vmlink.c: what vm is told.
void vm_announce(struct task *task);
void vm_task_ended(task_t id, int exception, int status);
void vm_launched(uint32_t token, task_t task);

// reap.c
void reap_children(void);
void reap_task(task_t id); // vm acknowledged
void reap_rest(void);      // vm will not acknowledge any more: all that ended
void task_kill(struct task *task, int signal);
void tell_if_nobody_is_left(void); // a suite without tasks waits for nothing

// Under gdb its child can be gone while gdb, which is ours, stays.
void task_ended_in_debugger(struct task *task);

// log.c: says how many lines the launcher's log, or that of a task, has left out since last time.
void log_tell_own(void);
void log_tell(struct task *task, bool is_last);

// report.c
void report_end(const struct task *task, const siginfo_t *info);

// stop.c
void stop_suite(int exit_status); // in order; a second call kills at once
void stop_now(int exit_status);   // vm ended, or there is no time
void stop_continue(void);         // a task ended

// watch.c: what the launcher looks at now and then: deadlocks, tasks that overstay.
void watch_start(void);

// stall.c: ends a task whose memory keeps vm asleep.
void stall_watch(void);

// run.c. Boots a suite, runs it and returns the exit status of `oolong run`.
struct run_options {
    const char *path; // of the suite file
    struct settings settings;
    struct strings main; // --main: task and arguments; empty: not given
    const char *debug;   // --gdb
    unsigned verbose;
};
int run_suite(const struct run_options *options);
int check_suite(const struct run_options *options);
// vm is ready: starts the tasks of the suite.
void suite_start_tasks(void);

// absent.c. Reports once that a task waits for a name that nobody serves or will; what `ps` says of
// its wait, to be freed, NULL when it is for no name.
void absent_look(struct task *task, uint64_t wait, bool is_stable);
char *absent_state(const struct task *task, uint64_t wait);

// ps.c. The table of tasks as text; the caller frees it.
char *ps_text(void);

// metrics.c. The same figures as Prometheus reads them; the caller frees the text.
char *metrics_text(void);

// terminal.c: the settings of the user's terminal, which a task may change.
void terminal_save(void);
void terminal_restore(void);
void terminal_suspend(void); // Ctrl-Z
// Whether a task has a line editor on the terminal: it reads what is typed a key at a time.
bool terminal_has_line(void);
// Tells the tasks with the console that the line that they had on the terminal is gone.
void terminal_redraw(void);

// doctor.c
int doctor(void);

// names.c: names out of the interface tables.
const char *message_name(int type); // "fs.open"; static
// The interface of a message, NULL: the launcher does not know it; and both, to be freed.
const char *message_interface(int number);
char *message_label(int number);

#endif
