// What people are told when a task ends otherwise than by itself with status 0.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "suite.h"

// What a program that makes a forbidden call may have wanted, and how tasks do that.
static const char *alternative_to(const char *call)
{
    static const struct {
        const char *calls; // each between blanks
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
        {" rt_sigaction rt_sigprocmask sigaltstack rt_sigsuspend signalfd4 ",
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

// Where the kernel puts core files, or why there is none.
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

static char *describe_last_message(const struct task *task)
{
    int type = atomic_load(&task->page->last_type);
    task_t src = atomic_load(&task->page->last_src);
    if (!type)
        return xstrdup("");
    return xasprintf("; its last message was %s from %s (%d)", message_name(type), task_label(src),
                     src);
}

void report_end(const struct task *task, const siginfo_t *info)
{
    bool is_clean = info->si_code == CLD_EXITED && info->si_status == 0 && !task->exec_error;
    // What we did ourselves was said when it was done; what main returns is the command's answer.
    bool is_expected =
        is_clean || suite.stopping || task->destroyed || task->offence ||
        (task->is_main && info->si_code == CLD_EXITED && !task->exec_error && !task->trapped);
    if (is_expected) {
        char *what = describe(task, info);
        log_verbose(1, "task %s (%d) %s", task->spec->name, task->id, what);
        free(what);
        return;
    }
    char *what = describe(task, info);
    char *core = describe_core(info);
    char *last = describe_last_message(task);
    log_error("task %s (%d) %s%s%s", task->spec->name, task->id, what, last, core);
    free(what);
    free(core);
    free(last);
}
