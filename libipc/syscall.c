// System calls by the microkernel's numbers: see <arch/syscall.h>.

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>
#include <resea/syscall.h>
#include "compat/arch/syscall.h"
#undef syscall // Linux's is meant here

#define NUM_ARGS       5
#define NUM_LINUX_ARGS 6

static long microkernel(long number, const long args[NUM_ARGS])
{
    switch (number) {
    case SYS_NOP:
        return OK;
    case SYS_KDEBUG:
        return sys_kdebug((const char *)args[0], (size_t)args[1], (char *)args[2], (size_t)args[3]);
    case SYS_IPC:
        return sys_ipc((task_t)args[0], (task_t)args[1], (struct message *)args[2],
                       (unsigned)args[3]);
    case SYS_NOTIFY:
        return sys_notify((task_t)args[0], (notifications_t)args[1]);
    case SYS_TIMER_SET:
        return sys_timer_set((msec_t)args[0]);
    case SYS_CONSOLE_WRITE:
        return sys_console_write((const char *)args[0], (size_t)args[1]);
    case SYS_CONSOLE_READ:
        return sys_console_read((char *)args[0], (size_t)args[1]);
    case SYS_TASK_DESTROY:
        return sys_task_destroy((task_t)args[0]);
    case SYS_TASK_EXIT:
        sys_task_exit();
    case SYS_TASK_SELF:
        return sys_task_self();
    case SYS_TASK_SCHEDULE:
        return sys_task_schedule((task_t)args[0], (int)args[1]);
    case SYS_IRQ_ACQUIRE:
        return sys_irq_acquire((unsigned)args[0]);
    case SYS_IRQ_RELEASE:
        return sys_irq_release((unsigned)args[0]);
    default:
        return ERR_INVALID_ARG;
    }
}

// Like the C library's, it takes as many arguments as there can be, of which fewer may have been
// given.
__attribute__((no_sanitize_address)) long oolong_syscall(long number, ...)
{
    bool is_linux = number >> 16 != SYS_NOP >> 16;
    long args[NUM_LINUX_ARGS] = {0};
    va_list list;
    va_start(list, number);
    for (int i = 0; i < (is_linux ? NUM_LINUX_ARGS : NUM_ARGS); i++)
        args[i] = va_arg(list, long);
    va_end(list);
    if (!is_linux)
        return microkernel(number, args);
    return syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}
