// The system calls that wait: for descriptors (epoll) and for words (futexes).
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include "kernel.h"
#include "syscalls.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

// --- epoll --------------------------------------------------------------------------------------

int sim_epoll_create1(int flags)
{
    (void)flags;
    return kernel_install(file_new(FILE_EPOLL));
}

int sim_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event)
{
    (void)epoll_fd;
    struct file *file = kernel_file(fd);
    file->watched = op != EPOLL_CTL_DEL;
    file->cookie = file->watched ? event->data.ptr : NULL;
    return 0;
}

// The next in the order in which they became ready, after `stamp`.
static struct file *next_ready(uint64_t stamp)
{
    struct proc *p = sched_self();
    struct file *next = NULL;
    for (int fd = 3; fd < NUM_FDS; fd++) {
        struct file *f = p->fds[fd];
        if (f && f->watched && f->ready_since > stamp && socket_readable(f) &&
            (!next || f->ready_since < next->ready_since))
            next = f;
    }
    return next;
}

static int collect(struct epoll_event *events, int max)
{
    uint64_t stamp = 0;
    struct file *f;
    int n = 0;
    struct file *reported[NUM_FDS];
    for (; n < max && (f = next_ready(stamp)); n++) {
        stamp = f->ready_since;
        reported[n] = f;
        events[n].events = EPOLLIN;
        events[n].data.ptr = f->cookie;
    }
    for (int i = 0; i < n; i++)
        reported[i]->ready_since = files_stamp(); // behind all others
    return n;
}

// epoll may report a socket that is no longer ready.
static int add_spurious(struct epoll_event *events, int n)
{
    struct proc *p = sched_self();
    struct file *f = p->fds[3 + sim_below(NUM_FDS - 3)];
    if (!f || !f->watched || socket_readable(f))
        return n;
    counts.spurious++;
    events[n].events = EPOLLIN;
    events[n].data.ptr = f->cookie;
    return n + 1;
}

int sim_epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    (void)fd;
    sim_point();
    uint64_t deadline = kernel_deadline(timeout_ms < 0 ? -1 : timeout_ms * 1000000ll);
    for (;;) {
        int n = collect(events, MIN(max - 1, (int)sim.batch));
        if (sim.spurious_rate && sim_once_in(sim.spurious_rate))
            n = add_spurious(events, n);
        sim_note((uint64_t)n);
        if (n > 0 || sim.now_ns >= deadline)
            return n;
        sched_block(NULL, false, deadline);
        if (kernel_interrupted())
            return kernel_fail(EINTR);
    }
}

// --- Futexes ------------------------------------------------------------------------------------

struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

static bool is_changed(const struct waitv *set, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (*(volatile uint32_t *)(uintptr_t)set[i].uaddr != (uint32_t)set[i].val)
            return true;
    }
    return false;
}

static long futex_wait(const struct waitv *set, unsigned count, const struct timespec *deadline)
{
    static struct file nothing;
    struct proc *p = sched_self();
    if (count > NUM_SLOTS)
        kernel_unknown(__func__);
    if (is_changed(set, count))
        return kernel_fail(EAGAIN);
    for (unsigned i = 0; i < count; i++)
        p->doorbells[i] = set[i].uaddr;
    p->num_doorbells = count;
    uint64_t ns =
        deadline ? (uint64_t)deadline->tv_sec * 1000000000 + (uint64_t)deadline->tv_nsec : NEVER;
    sched_block(&nothing, false, ns);
    p->num_doorbells = 0;
    if (kernel_interrupted())
        return kernel_fail(EINTR);
    return sim.now_ns >= ns ? kernel_fail(ETIMEDOUT) : 0;
}

long sim_syscall(long number, ...)
{
    va_list args;
    va_start(args, number);
    uintptr_t a[4];
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(args, uintptr_t);
    va_end(args);
    sim_point();
    if (number == SYS_futex_waitv)
        return futex_wait((const struct waitv *)a[0], (unsigned)a[1],
                          (const struct timespec *)a[3]);
    if (number != SYS_futex)
        kernel_unknown(__func__);
    if ((int)a[1] == FUTEX_WAKE) {
        sched_ring(a[0]);
        return 0;
    }
    struct waitv one = {.val = (uint32_t)a[2], .uaddr = a[0]};
    return futex_wait(&one, 1, (const struct timespec *)a[3]);
}
