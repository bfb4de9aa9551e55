// See launcher_process.h: the table of processes, and the system calls by which the launcher deals
// with them.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "launcher_process.h"
#include "sandbox.h"

#define FIRST_PID 5000000 // higher than those of the kernel

struct lp_proc lp_procs[LP_MAX_PROCS];
unsigned lp_num_procs;
bool lp_child_ended;

static int debuggee_fd = -1;
static struct {
    const struct task *task;
    int fd; // its end of its control channel
} born = {NULL, -1};

static struct lp_proc *by_pid(pid_t pid)
{
    for (unsigned i = 0; i < lp_num_procs; i++) {
        if (lp_procs[i].pid == pid && !lp_procs[i].reaped)
            return &lp_procs[i];
    }
    target_fail("the launcher speaks of process %d, which it has reaped", (int)pid);
}

struct lp_proc *lp_find(const char *name)
{
    for (unsigned i = lp_num_procs; i-- > 0;) {
        if (!strcmp(lp_procs[i].name, name) && !lp_procs[i].exited)
            return &lp_procs[i];
    }
    return NULL;
}

struct lp_proc *lp_of_task(task_t id)
{
    for (unsigned i = 0; i < lp_num_procs; i++) {
        if (lp_procs[i].id == id)
            return &lp_procs[i];
    }
    return NULL;
}

void lp_hang_up(struct lp_proc *proc)
{
    if (proc->fd >= 0)
        close(proc->fd);
    proc->fd = -1;
    lp_is_heard = true;
}

void lp_exit(struct lp_proc *proc, int code, int status)
{
    if (proc->exited)
        return;
    proc->exited = true;
    proc->code = code;
    proc->status = status;
    lp_hang_up(proc);
    lp_child_ended = true;
}

// The task that is being started.
static const struct task *unborn(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->pid == 0)
            return suite.tasks[slot];
    }
    return NULL;
}

static void forget_born(void)
{
    if (born.fd >= 0)
        close(born.fd);
    born.fd = -1;
    born.task = NULL;
}

static bool keeps_to_the_rules(const char *name)
{
    return !strcmp(name, "vm") || !strcmp(name, "honest") || !strcmp(name, "server");
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
    if (!fd_inside) // the fuzzer has processes too
        return __real_fork();
    const struct task *task = unborn();
    if (!task || lp_num_procs == LP_MAX_PROCS) {
        errno = EAGAIN;
        return -1;
    }
    struct lp_proc *proc = &lp_procs[lp_num_procs];
    *proc = (struct lp_proc){.pid = FIRST_PID + (int)lp_num_procs,
                             .id = task->id,
                             .name = task->spec->name,
                             .fd = born.fd,
                             .num_filters = 2,
                             .by_the_rules = keeps_to_the_rules(task->spec->name)};
    born.fd = -1;
    lp_num_procs++;
    lp_is_heard = true; // the other ends of its pipes are closed
    return proc->pid;
}

int __real_kill(pid_t pid, int signo);
int __wrap_kill(pid_t pid, int signo);
int __wrap_kill(pid_t pid, int signo)
{
    if (!fd_inside)
        return __real_kill(pid, signo);
    if (pid == getpid()) {
        lp_end_debuggee();
        return 0;
    }
    struct lp_proc *proc = by_pid(pid);
    bool allowed = stop_has_begun() || lp_may_end;
    if (proc->by_the_rules && !allowed)
        target_fail("the launcher ends %s, which has done nothing", proc->name);
    if (signo == SIGKILL || proc->by_the_rules)
        lp_exit(proc, CLD_KILLED, signo);
    return 0;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    const struct lp_proc *proc = by_pid((pid_t)id);
    (void)type, (void)options;
    memset(info, 0, sizeof(*info));
    if (proc->exited) {
        info->si_pid = proc->pid;
        info->si_code = proc->code;
        info->si_status = proc->status;
    }
    return 0;
}

pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    if (!fd_inside)
        return __real_waitpid(pid, status, options);
    struct lp_proc *proc = by_pid(pid);
    if (!proc->exited)
        target_fail("the launcher waits for %s, which lives", proc->name);
    proc->reaped = true;
    return pid;
}

pid_t __real_getpid(void);
pid_t __wrap_getpid(void);
pid_t __wrap_getpid(void)
{
    static pid_t self;
    if (!self)
        self = __real_getpid();
    return self;
}

int __wrap_setpriority(int which, id_t who, int value);
int __wrap_setpriority(int which, id_t who, int value)
{
    (void)which, (void)value;
    if ((pid_t)who != getpid())
        by_pid((pid_t)who);
    return fd_fails(CALL_SETPRIORITY) ? -1 : 0;
}

// libseccomp makes the filters, with real descriptors.
const struct sandbox *__real_sandbox_get(const char *name);
const struct sandbox *__wrap_sandbox_get(const char *name);
const struct sandbox *__wrap_sandbox_get(const char *name)
{
    fd_inside = false;
    struct sandbox *box = (struct sandbox *)(uintptr_t)__real_sandbox_get(name);
    if (box && box->role_fd < FD_FIRST) {
        close(box->role_fd);
        box->role_fd = fd_open_file();
    }
    fd_inside = true;
    return box;
}

int __wrap_sandbox_count_filters(int pid);
int __wrap_sandbox_count_filters(int pid)
{
    return pid && pid != getpid() ? by_pid(pid)->num_filters : 0;
}

// A task's first pair is its control channel.
void lp_on_socketpair(const int ends[2])
{
    const struct task *task = unborn();
    if (task && task != born.task) {
        forget_born();
        born.fd = dup(ends[1]);
        born.task = task;
    }
}

// --- The task under a debugger ------------------------------------------------------------------
//
// The kernel reports the task's own process as the sender of its packets, so the launcher uses that
// process. The process has ended when its descriptor becomes readable.

void lp_end_debuggee(void)
{
    if (debuggee_fd >= 0)
        fd_make_readable(debuggee_fd);
    lp_is_heard = true;
}

// This reads six arguments even if the caller gave fewer, as the C library does. The others are
// data of the stack that no system call uses.
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
    long args[6];
    va_list list;
    va_start(list, number);
    for (unsigned i = 0; i < 6; i++)
        args[i] = va_arg(list, long);
    va_end(list);
    if (fd_inside && number == SYS_pidfd_open) {
        if (debuggee_fd < 0)
            debuggee_fd = fd_open_event();
        return dup(debuggee_fd);
    }
    if (fd_inside && number == SYS_futex) // a doorbell; no task sleeps on it
        return 0;
    return __real_syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

// --- Other calls --------------------------------------------------------------------------------

uint64_t __wrap_now_ns(void);
uint64_t __wrap_now_ns(void)
{
    return lp_now_ns;
}

bool __wrap_program_find(const char *program, char **path);
bool __wrap_program_find(const char *program, char **path)
{
    *path = xasprintf("/installed/%s", program);
    errno = ENOENT;
    return *program != 'n'; // "nothing"
}

const char *__wrap_wire_note_check(const char *path);
const char *__wrap_wire_note_check(const char *path)
{
    (void)path;
    return NULL;
}

void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status);
void __wrap_exit(int status)
{
    if (fd_inside)
        target_fail("the launcher exits with %d", status);
    __real_exit(status);
}

bool lp_log(char *text)
{
    static int is_verbose = -1;
    if (is_verbose < 0)
        is_verbose = getenv("REPLAY_VERBOSE") != NULL;
    if (is_verbose)
        fprintf(stderr, "oolong: %s\n", text);
    return true;
}

void lp_close(void)
{
    forget_born();
    if (debuggee_fd >= 0)
        close(debuggee_fd);
    debuggee_fd = -1;
}
