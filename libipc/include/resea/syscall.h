// The thin layer below <resea/ipc.h> and friends, by the names of a microkernel's system calls.
#ifndef RESEA_SYSCALL_H
#define RESEA_SYSCALL_H

#include <oolong/message.h>
#if __has_include(<arch/syscall.h>) // to whom the generic names are visible
#include <arch/syscall.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Sends `m` to `dst` (IPC_SEND), then receives into it from `src` (IPC_RECV). With IPC_NOBLOCK
/// neither blocks: ERR_WOULD_BLOCK. (IPC_KERNEL: ERR_INVALID_ARG.) IPC_CALL with `dst` == `src` is
/// ipc_call().
error_t sys_ipc(task_t dst, task_t src, struct message *m, unsigned flags);
/// ipc_notify(), timer_set(), task_self() and so on by these names.
error_t sys_notify(task_t dst, notifications_t notifications);
error_t sys_timer_set(msec_t timeout);
task_t sys_task_self(void);
void sys_task_exit(void) __noreturn;
error_t sys_task_destroy(task_t task);
error_t sys_task_schedule(task_t task, int priority);

/// Writes to standard output, unbuffered.
error_t sys_console_write(const char *buf, size_t len);

/// Reads what was typed without blocking, at most `len` - 1 bytes, and a NUL behind them. Returns
/// how many bytes came before the NUL; 0 when there is nothing.
///
/// ERR_NOT_PERMITTED: the suite does not give the caller the console. ERR_END: end of the input.
int sys_console_read(char *buf, size_t len);

/// Asks for NOTIFY_IRQ when the source `irq` has something: CONSOLE_IRQ, to whom the suite gives
/// the console. Stays until released.
///
/// ERR_NOT_FOUND: no such source. ERR_NOT_PERMITTED: not the caller's.
error_t sys_irq_acquire(unsigned irq);
error_t sys_irq_release(unsigned irq);

/// A command to the launcher: "ps" gives the table of tasks, "metrics" figures of each in
/// Prometheus' text format, "_log" the last messages of the launcher, "help" the commands; "q"
/// shuts the suite down (needs the right `quit`), "_" does nothing. The text is put into `buf`, cut
/// to `buf_len` and NUL-terminated; without a buffer, it is printed on the caller's standard
/// output.
///
/// ERR_NOT_PERMITTED, ERR_NOT_FOUND: no such command. ERR_TOO_SMALL: "_log" without a buffer.
error_t sys_kdebug(const char *cmd, size_t cmd_len, char *buf, size_t buf_len);

#ifdef __cplusplus
}
#endif

#endif
