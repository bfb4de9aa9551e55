// System calls by number. The microkernel's calls that have a meaning here do what the functions of
// <resea/ipc.h> and the other headers do. Any other number is a system call of Linux.
#ifndef ARCH_SYSCALL_H
#define ARCH_SYSCALL_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Linux uses none of these numbers.
#define SYS_NOP           0x52000001
#define SYS_KDEBUG        0x52000002
#define SYS_IPC           0x52000003
#define SYS_NOTIFY        0x52000004
#define SYS_TIMER_SET     0x52000005
#define SYS_CONSOLE_WRITE 0x52000006
#define SYS_CONSOLE_READ  0x52000007
#define SYS_TASK_DESTROY  0x52000009
#define SYS_TASK_EXIT     0x5200000a
#define SYS_TASK_SELF     0x5200000b
#define SYS_TASK_SCHEDULE 0x5200000c
#define SYS_IRQ_ACQUIRE   0x5200000f
#define SYS_IRQ_RELEASE   0x52000010

/// Calls the function that belongs to the number (sys_ipc() for SYS_IPC, for example), with that
/// function's arguments in the same order. SYS_NOP does nothing.
///
/// ERR_INVALID_ARG: the number is in the range of those above but is none of them. A number of
/// Linux fails as syscall(2) does.
long oolong_syscall(long, ...);

#ifdef __cplusplus
}
#else
#define syscall oolong_syscall // in C++, `syscall` is the C library's
#endif

#endif
