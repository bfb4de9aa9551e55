// System calls by number. Those of the microkernel that have a meaning here are what <resea/ipc.h>
// and friends do; any other number is Linux's.
#ifndef ARCH_SYSCALL_H
#define ARCH_SYSCALL_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// The numbers are no numbers of Linux.
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

/// Does what sys_ipc() and the like do, with their arguments in their order. SYS_NOP does nothing.
///
/// ERR_INVALID_ARG: none of the numbers above, but like them. For a number of Linux: as syscall(2).
long oolong_syscall(long, ...);

#ifdef __cplusplus
}
#else
#define syscall oolong_syscall // in C++ that name is the C library's alone
#endif

#endif
