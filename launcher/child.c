// See child.h.
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "mask.h"
#include "signals.h"

#define OOM_SCORE 100 // as if the task used a tenth of all memory more; see proc(5)

static void __noreturn child_fail(const char *step, int error)
{
    // requests.c understands this packet.
    struct packet packet = {.type = CTL_ANSWER, .word = wire_word(WIRE_CONTROL, 0, 0)};
    packet.text.error = error;
    packet.text.len =
        (uint16_t)snprintf(packet.text.text, sizeof(packet.text.text), "cannot %s", step);
    if (send(CONTROL_FD, &packet, sizeof(packet), MSG_NOSIGNAL) < 0)
        _exit(126);
    _exit(127);
}

// Gives the descriptors the numbers that the program expects, and closes all others. A descriptor
// may have the number of another, so all are moved away first.
static void child_place(const int from[CHILD_NUM_FDS])
{
    int fds[CHILD_NUM_FDS];
    for (int i = 0; i < CHILD_NUM_FDS; i++) {
        fds[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 16);
        if (fds[i] < 0) { // the control channel cannot be used yet
            dprintf(STDERR_FILENO,
                    "oolong: no descriptors left to start a task (see 'ulimit -Hn')\n");
            _exit(126);
        }
    }
    for (int i = 0; i < CHILD_NUM_FDS; i++) {
        if (dup2(fds[i], i) < 0)
            _exit(126);
    }
    if (syscall(SYS_close_range, CHILD_NUM_FDS, ~0u, 0) < 0)
        child_fail("close other descriptors", errno);
}

// When memory is short, the kernel should end this task rather than the launcher or vm. Without
// /proc that is not possible, and not an error.
static void child_oom_score(void)
{
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    if (read(fd, text, sizeof(text) - 1) > 0) {
        int score = MIN(atoi(text) + OOM_SCORE, 1000);
        int len = snprintf(text, sizeof(text), "%d", score);
        (void)!pwrite(fd, text, (size_t)len, 0);
    }
    close(fd);
}

int child_core(const struct task_spec *spec)
{
    int core = spec->core == CORE_ANY ? CPU_ANY : spec->core >= 0 ? spec->core : suite.cpu;
    return spec->cpu != CPU_AUTO ? spec->cpu : core;
}

static void child_affinity(const struct task *task)
{
    int cpu = child_core(task->spec);
    cpu_set_t set;
    if (task->id == VM_TASK)
        return; // vm sets its core itself; see vm/copier.c
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE) {
        CPU_SET(cpu, &set);
        if (sched_setaffinity(0, sizeof(set), &set) < 0)
            child_fail("run on the core that the suite names", errno);
    }
}

// Takes the task out of reach of the terminal's signals. A task with the terminal gets a session of
// its own: then it may use the terminal while it is not in the foreground. The others get only a
// process group, because the scheduler groups processes by session, and messages between two such
// groups take a tenth longer.
static void child_detach(const int *stdio)
{
    if (isatty(stdio[0]) || isatty(stdio[1]))
        setsid();
    else
        setpgid(0, 0);
}

static char **task_environment(bool is_on_terminal)
{
    struct strings env = {0};
    const char *term = getenv("TERM");
    // A task with the terminal must know what it can show. The launcher masks the others' output.
    strings_add(&env, is_on_terminal && !mask_is_utf8() ? "LC_ALL=C" : "LC_ALL=C.UTF-8");
    // Sanitizers must not check for leaks (which needs ptrace) or run a symbolizer. A bad access
    // ends the task by SIGSEGV, as without sanitizers.
    strings_add(&env, "ASAN_OPTIONS=detect_leaks=0:symbolize=0:handle_segv=0");
    strings_add(&env, "UBSAN_OPTIONS=print_stacktrace=1:symbolize=0");
    strings_add(&env, "MSAN_OPTIONS=symbolize=0");
    if (term) {
        char *pair = xasprintf("TERM=%s", term);
        strings_add(&env, pair);
        free(pair);
    }
    return env.items;
}

static void __noreturn child_debug(const struct child *c)
{
    struct strings args = {0};
    strings_add(&args, "gdb");
    strings_add(&args, "--args");
    strings_add(&args, c->path);
    for (char **arg = c->argv + 1; *arg; arg++)
        strings_add(&args, *arg);
    child_place((int[CHILD_NUM_FDS]){0, 1, 2, c->fds[CONTROL_FD], 2});
    execvp("gdb", args.items);
    child_fail("run gdb", errno);
}

void child_run(const struct child *c)
{
    const struct task *task = c->task;
    const char *step;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != suite.pid)
        _exit(126); // the launcher has ended already
    signals_reset_for_task();
    if (task->debugged)
        child_debug(c);
    child_detach(c->fds);
    char **env = task_environment(task->spec->console);
    child_place(c->fds);
    child_affinity(task);
    if (task->id != VM_TASK)
        child_oom_score();
    struct limits limits = {task->spec->memory, task->spec->files};
    int error = sandbox_enter(&limits, &task->box->outer, &step);
    if (error)
        child_fail(step, error);
    execve(c->path, c->argv, env);
    char *text = xasprintf("run %s", c->path);
    child_fail(text, errno);
}
