// See signals.h. A program inherits which signals are ignored and blocked. If the launcher
// inherited an ignored SIGCHLD, the kernel would reap its children, and it could send signals to
// unrelated processes with their ids.
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
    // signal() refuses signals 32 and 33, which the C library uses for threads. A parent with
    // threads may leave them ignored: posix_spawn() does.
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
