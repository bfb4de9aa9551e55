// The system calls of vm's process that reach other processes, and its clock.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "futex.h"
#include "vm_process.h"

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status);
void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status);
void __wrap_oolong_log(const char *prefix, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_oolong_warn(const char *prefix, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_oolong_panic(const char *fmt, ...);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long num_local,
                                const struct iovec *remote, unsigned long num_remote,
                                unsigned long flags);
ssize_t __wrap_process_vm_writev(pid_t pid, const struct iovec *local, unsigned long num_local,
                                 const struct iovec *remote, unsigned long num_remote,
                                 unsigned long flags);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
    (void)clock;
    ts->tv_sec = (time_t)(vp_now_ns / 1000000000);
    ts->tv_nsec = (long)(vp_now_ns % 1000000000);
    return 0;
}

// The fuzzer itself may end the process.
void __wrap__exit(int status)
{
    if (fd_inside)
        target_fail("vm exits with %d", status);
    __real__exit(status);
}

void __wrap_exit(int status)
{
    if (fd_inside)
        target_fail("vm exits with %d", status);
    __real_exit(status);
}

void __wrap_oolong_panic(const char *fmt, ...)
{
    target_fail("vm panics: %s", fmt);
}

// Formats the line although it is not printed, so that a sanitizer checks the arguments.
static void log_line(const char *prefix, const char *fmt, va_list args)
{
    char line[1024];
    static int is_verbose = -1;
    if (is_verbose < 0)
        is_verbose = getenv("REPLAY_VERBOSE") != NULL;
    vsnprintf(line, sizeof(line), fmt, args);
    if (is_verbose || strstr(line, "check.c"))
        fprintf(stderr, "%s%s\n", prefix, line);
}

void __wrap_oolong_log(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_line(prefix, fmt, args);
    va_end(args);
}

void __wrap_oolong_warn(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_line(prefix, fmt, args);
    va_end(args);
}

static struct vp_task *process(pid_t pid)
{
    for (unsigned k = 0; k < VP_TASKS; k++) {
        if (vp_tasks[k].pid == pid)
            return &vp_tasks[k];
    }
    target_fail("vm looks into process %d, which it has let go", pid);
}

static ssize_t copy(pid_t pid, const struct iovec *local, const struct iovec *remote, bool writes)
{
    struct vp_task *task = process(pid);
    size_t at = (vaddr_t)remote->iov_base - VP_BASE(task - vp_tasks);
    size_t len = MIN(local->iov_len, remote->iov_len);
    size_t done = 0;
    if (vp_launcher.no_copies) {
        errno = EPERM;
        return -1;
    }
    while (!task->dead && done < len && at + done < VP_WINDOW &&
           !(task->holes >> (at + done) % VP_MEM / 4096 & 1)) {
        size_t offset = (at + done) % VP_MEM;
        size_t n = MIN(len - done, 4096 - offset % 4096); // pages are whole in the window
        if (writes)
            vp_write(task, offset, (uint8_t *)local->iov_base + done, n);
        else
            memcpy((uint8_t *)local->iov_base + done, task->mem + offset, n);
        done += n;
    }
    errno = task->dead ? ESRCH : EFAULT;
    return done > 0 || len == 0 ? (ssize_t)done : -1;
}

ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long num_local,
                                const struct iovec *remote, unsigned long num_remote,
                                unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    return copy(pid, local, remote, false);
}

ssize_t __wrap_process_vm_writev(pid_t pid, const struct iovec *local, unsigned long num_local,
                                 const struct iovec *remote, unsigned long num_remote,
                                 unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    return copy(pid, local, remote, true);
}

// --- futex.h ------------------------------------------------------------------------------------

void futex_wait(const struct futex_word *words, unsigned count, uint64_t deadline_ns)
{
    (void)words, (void)count, (void)deadline_ns;
    target_fail("vm sleeps on memory");
}

void futex_wake(_Atomic uint32_t *word)
{
    (void)word;
}
