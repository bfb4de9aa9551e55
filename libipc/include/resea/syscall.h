// The system calls of the microkernel, on which <resea/ipc.h> and the others would be built there.
#ifndef RESEA_SYSCALL_H
#define RESEA_SYSCALL_H

#include <oolong/message.h>
#if __has_include(<arch/syscall.h>) // where the generic header names are visible
#include <arch/syscall.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// With IPC_SEND, sends `m` to `dst`. With IPC_RECV, then receives into `m` from `src`. IPC_CALL is
/// both; with `dst` == `src` it is ipc_call(). With IPC_NOBLOCK neither step blocks.
///
/// ERR_WOULD_BLOCK: a step would block. ERR_INVALID_ARG: IPC_KERNEL. Otherwise as ipc_send() and
/// ipc_recv().
error_t sys_ipc(task_t dst, task_t src, struct message *m, unsigned flags);
/// The same as ipc_notify(), timer_set(), task_self(), task_exit(), task_destroy(),
/// task_schedule().
error_t sys_notify(task_t dst, notifications_t notifications);
error_t sys_timer_set(msec_t timeout);
task_t sys_task_self(void);
void sys_task_exit(void) __noreturn;
error_t sys_task_destroy(task_t task);
error_t sys_task_schedule(task_t task, int priority);

/// Writes `len` bytes to standard output, after those that printf() has buffered. Waits for the
/// reader.
error_t sys_console_write(const char *buf, size_t len);

/// Reads at most `len` - 1 bytes of input and adds a NUL. Never blocks. Returns the number of bytes
/// before the NUL; 0: there is no input now.
///
/// ERR_NOT_PERMITTED: the suite file does not give the caller the console. ERR_END: the input has
/// ended.
int sys_console_read(char *buf, size_t len);

/// Asks for NOTIFY_IRQ whenever the source `irq` has something, until sys_irq_release().
/// CONSOLE_IRQ is the input of the console, if the suite file gives the caller the console.
///
/// ERR_NOT_FOUND: no such source. ERR_NOT_PERMITTED: the source is not the caller's.
error_t sys_irq_acquire(unsigned irq);
error_t sys_irq_release(unsigned irq);

/// Gives the launcher a command of `cmd_len` bytes:
///   "ps"       the table of tasks                                  needs the right `inspect`
///   "metrics"  figures of each task, in Prometheus' text format    needs the right `inspect`
///   "_log"     the last messages of the launcher                   needs the right `inspect`
///   "q"        ends the suite                                      needs the right `quit`
///   "help"     the commands
///   "_"        nothing
/// The text is put into `buf`, cut to `buf_len` and NUL-terminated. Without a buffer, it is printed
/// on the caller's standard output.
///
/// ERR_NOT_PERMITTED: the right is missing. ERR_NOT_FOUND: no such command. ERR_TOO_SMALL: "_log"
/// without a buffer. ERR_TRY_AGAIN: more than ten looks a second at all tasks.
error_t sys_kdebug(const char *cmd, size_t cmd_len, char *buf, size_t buf_len);

#ifdef __cplusplus
}
#endif

#endif
