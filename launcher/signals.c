// Dispositions and the mask of signals; see signals.h. Both are inherited over exec: a parent that
// ignores SIGCHLD has the kernel reap our children, whose process ids would be free while we still
// send signals there.
#include "signals.h"
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool hangup_is_ignored;

static void reset(bool keep_hangup)
{
    sigset_t none;
    for (int signo = 1; signo < NSIG; signo++) {
        if (signo != SIGHUP || !keep_hangup)
            signal(signo, signo == SIGXFSZ ? SIG_IGN : SIG_DFL);
    }
    // The C library keeps signals 32 and 33 for its threads, and lets nobody set them. A parent
    // that is threaded may leave them ignored: posix_spawn() does.
    for (int signo = 32; signo <= 33; signo++) {
        const uint64_t kernel_action[4] = {(uintptr_t)SIG_DFL, 0, 0, 0};
        syscall(SYS_rt_sigaction, signo, kernel_action, NULL, sizeof(uint64_t));
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void signals_reset(void)
{
    struct sigaction hangup;
    hangup_is_ignored = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
    reset(hangup_is_ignored);
}

bool signals_hangup_is_ignored(void)
{
    return hangup_is_ignored;
}

void signals_reset_for_task(void)
{
    reset(false);
}
