// What people are told when a task ends otherwise than by itself with status 0.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "suite.h"

// abort() needs calls that no plain task has: say what really happened.
static bool is_of_abort(const char *call)
{
    static const char *const calls[] = {"rt_sigprocmask", "gettid", "getpid", "tgkill"};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (!strcmp(call, calls[i]))
            return true;
    }
    return false;
}

static char *describe_trap(const struct task *task)
{
    char *call = sandbox_call_name(task->trap.arch, task->trap.nr);
    char *text =
        xasprintf("used system call %d (%s), which its profile %s does not allow%s", task->trap.nr,
                  call, task->box->name, is_of_abort(call) ? "; abort() does that" : "");
    free(call);
    return text;
}

static char *describe(const struct task *task, const siginfo_t *info)
{
    if (task->exec_error)
        return xasprintf("did not start: %s", task->exec_error);
    if (task->trapped)
        return describe_trap(task);
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
        log_verbose(1, "task %s (%d) ended, status %d", task->spec->name, task->id,
                    info->si_status);
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
