// See report.h.
#include "report.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "log.h"
#include "message_names.h"
#include "stop.h"

#define TELL_MS 5000 // between two reports of what one log left out

// How a task does what a program uses a forbidden system call for, or NULL.
static const char *alternative_to(const char *call)
{
    static const struct {
        const char *calls; // each with a blank before and after it
        const char *text;
    } rows[] = {
        {" nanosleep clock_nanosleep pause alarm setitimer timer_create ",
         "a task waits with timer_set() and ipc_recv()"},
        {" open openat openat2 creat stat lstat newfstatat fstat statx access faccessat getdents64 "
         "getcwd readlink ",
         "a task opens no files: the suite gives it some (file.NAME = PATH, task_file()), and file "
         "servers have others"},
        {" read pread64 readv poll ppoll select pselect6 ioctl ",
         "standard input is for tasks with console = yes and profile = console"},
        {" writev pwrite64 pwritev sendfile ", "a task writes to descriptors 1 and 2, by write()"},
        {" socket socketpair connect bind listen accept accept4 ",
         "a task reaches the network through the server of tcpip"},
        {" clone clone3 fork vfork execve execveat wait4 waitid ",
         "a task is one thread, and starts others with task_launch()"},
        {" kill tkill tgkill rt_sigqueueinfo ", "a task ends others with task_destroy()"},
        {" getpid gettid getppid getuid geteuid getgid getegid ",
         "task_self() says who a task is; raise(), and abort() of some C libraries, make this "
         "call too"},
        {" rt_sigaction rt_sigprocmask sigaltstack rt_sigsuspend ",
         "signals are set up in oolong_prepare()"},
        {" getrandom ", "random numbers come from the server of random"},
        {" mprotect pkey_mprotect ", "a task's memory is never executable"},
        {" prlimit64 getrusage sysinfo uname sched_getaffinity sched_setaffinity getcpu ",
         "oolong_prepare() may ask this of the host"},
        {" epoll_create epoll_create1 eventfd2 timerfd_create pipe pipe2 dup dup2 dup3 fcntl ",
         "a task has the descriptors that it was given"},
        {" process_vm_readv process_vm_writev ptrace ", "only vm may copy between tasks"},
    };
    char *word = xasprintf(" %s ", call);
    const char *text = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !text; i++) {
        if (strstr(rows[i].calls, word))
            text = rows[i].text;
    }
    free(word);
    return text;
}

static char *describe_trap(const struct task *task)
{
    char *call = sandbox_call_name(task->trap.arch, task->trap.nr);
    const char *instead = alternative_to(call);
    char *text = xasprintf("used system call %d (%s), which its profile %s does not allow%s%s%s",
                           task->trap.nr, call, task->box->name, instead ? " (" : "",
                           instead ? instead : "", instead ? ")" : "");
    free(call);
    return text;
}

static char *describe(const struct task *task, const siginfo_t *info)
{
    if (task->exec_error)
        return xasprintf("did not start: %s", task->exec_error);
    if (task->trapped)
        return describe_trap(task);
    if (info->si_code == CLD_EXITED && info->si_status == 0)
        return xstrdup("ended");
    if (info->si_code == CLD_EXITED)
        return xasprintf("ended with exit status %d", info->si_status);
    const char *name = sigabbrev_np(info->si_status);
    const char *hint = "";
    if (info->si_status == SIGSYS)
        hint = ": a system call that its sandbox does not allow, before it could say which "
               "(strace -f shows it)";
    return xasprintf("was ended by signal %d (SIG%s)%s", info->si_status, name ? name : "?", hint);
}

// Where the kernel has put the core file; "" if there is none.
static char *describe_core(const siginfo_t *info)
{
    char pattern[256] = "core";
    if (info->si_code != CLD_DUMPED)
        return xstrdup("");
    int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, pattern, sizeof(pattern) - 1) : 0;
    if (got > 0)
        pattern[strcspn(pattern, "\n")] = '\0';
    if (fd >= 0)
        close(fd);
    return xasprintf("; core file written (%s '%s')", *pattern == '|' ? "by" : "core_pattern",
                     pattern);
}

static char *add_files(char *text, const struct task_spec *spec, const char *owner)
{
    for (size_t i = 0; i < spec->num_files; i++) {
        char *more =
            xasprintf("%s; %s %s is %s", text, owner, spec->file[i].name, spec->file[i].path);
        free(text);
        text = more;
    }
    return text;
}

// The files that the task may have been working on: its own, or else those of tasks that it calls.
static char *describe_files(const struct task_spec *spec)
{
    char *text = add_files(xstrdup(""), spec, "its file");
    for (size_t i = 0; spec->num_files == 0 && i < spec->calls.len; i++) {
        const struct task_spec *called = manifest_find(&suite.manifest, spec->calls.items[i]);
        char *owner = called ? xasprintf("the file of %s,", called->name) : NULL;
        if (called)
            text = add_files(text, called, owner);
        free(owner);
    }
    return text;
}

// What the task was doing. A task that exited has said why, so its files are left out.
static char *describe_work(const struct task *task, const siginfo_t *info)
{
    int type = atomic_load(&task->page->last_type);
    task_t src = atomic_load(&task->page->last_src);
    bool by_itself = info->si_code == CLD_EXITED && !task->trapped;
    char *files = by_itself ? xstrdup("") : describe_files(task->spec);
    char *text = type ? xasprintf("; its last message was %s from %s (%d)%s", message_name(type),
                                  task_label(src), src, files)
                      : xstrdup(files);
    free(files);
    return text;
}

void report_end(const struct task *task, const siginfo_t *info)
{
    bool is_clean = info->si_code == CLD_EXITED && info->si_status == 0 && !task->exec_error;
    // What the launcher did itself was reported when it did it. The main task's exit status is the
    // result of the command.
    bool is_expected =
        is_clean || stop_has_begun() || task->destroyed || task->violation ||
        (task->is_main && info->si_code == CLD_EXITED && !task->exec_error && !task->trapped);
    if (is_expected) {
        char *what = describe(task, info);
        log_verbose(1, "task %s (%d) %s", task->spec->name, task->id, what);
        free(what);
        return;
    }
    char *what = describe(task, info);
    char *core = describe_core(info);
    char *last = describe_work(task, info);
    log_error("task %s (%d) %s%s%s", task->spec->name, task->id, what, last, core);
    free(what);
    free(core);
    free(last);
}

void report_left_out(struct task *task, bool is_last)
{
    uint32_t repeated = atomic_load(&task->page->lines_repeated) - task->log.repeated;
    uint32_t unread = atomic_load(&task->page->lines_unread) - task->log.unread;
    if ((!repeated && !unread) || (!is_last && now_ns() < task->log.next_ns))
        return;
    char *whose = xasprintf("the log of %s (%d)", task->spec->name, task->id);
    if (log_left_out(whose, repeated, unread)) {
        task->log.repeated += repeated;
        task->log.unread += unread;
        task->log.next_ns = now_ns() + TELL_MS * NS_PER_MS;
    }
    free(whose);
}
