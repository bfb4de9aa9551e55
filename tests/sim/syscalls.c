// Helpers of all simulated system calls, and the calls that are not about sockets, waiting or
// memory (for those see syscalls_*.c). Other tasks may run before each call that they can notice.
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "kernel.h"
#include "syscalls.h"

int kernel_fail(int error)
{
    errno = error;
    return -1;
}

void kernel_unknown(const char *name)
{
    sim_violation("task %d makes a system call that is not simulated: %s", sched_self()->id, name);
}

struct file *kernel_file(int fd)
{
    struct file *file = fd >= 0 && fd < NUM_FDS ? sched_self()->fds[fd] : NULL;
    if (!file)
        sim_violation("task %d uses descriptor %d, which is not open", sched_self()->id, fd);
    return file;
}

int kernel_install(struct file *file)
{
    struct proc *p = sched_self();
    for (int fd = 4; fd < NUM_FDS; fd++) {
        if (p->fds[fd])
            continue;
        p->fds[fd] = file;
        file->owner = file->kind == FILE_SOCKET ? p->slot : -1;
        return fd;
    }
    sim_violation("task %d has too many descriptors", p->id);
}

bool kernel_interrupted(void)
{
    struct proc *p = sched_self();
    bool was = p->interrupted;
    p->interrupted = false;
    return was;
}

uint64_t kernel_deadline(int64_t ns)
{
    return ns < 0 ? NEVER : sim.now_ns + (uint64_t)ns;
}

int sim_clock_gettime(int clock, struct timespec *now)
{
    (void)clock;
    sim_point();
    now->tv_sec = (time_t)(sim.now_ns / 1000000000);
    now->tv_nsec = (long)(sim.now_ns % 1000000000);
    return 0;
}

void sim__exit(int status)
{
    struct proc *p = sched_self();
    TRACE_SIM("exits with %d", status);
    if (p->slot == VM && !sim.over)
        sim_violation("vm ends");
    if (!sim.over && !p->exiting)
        sim_violation("task %d ends by itself", p->id);
    proc_kill(p);
    sched_leave();
}

void sim_exit(int status)
{
    sim__exit(status);
}

void sim_abort(void)
{
    sim_violation("task %d aborts", sched_self()->id);
}

unsigned long sim_getauxval(unsigned long type)
{
    (void)type;
    static uint64_t random[2];
    random[0] = sim.seed;
    random[1] = ~sim.seed;
    return (unsigned long)random;
}

int sim_sched_getcpu(void)
{
    return sim.two_cores ? sim.current % 2 : 0;
}

int sim_sched_yield(void)
{
    sim_point();
    return 0;
}

int sim_prctl(int option, ...)
{
    (void)option;
    return kernel_fail(EINVAL); // as on a kernel without Yama
}

ssize_t sim_write(int fd, const void *buf, size_t len)
{
    (void)fd, (void)buf;
    return (ssize_t)len;
}

int sim_fprintf(void *file, const char *fmt, ...)
{
    (void)file, (void)fmt;
    return 0;
}

size_t sim_fwrite(const void *ptr, size_t size, size_t num, void *file)
{
    (void)ptr, (void)size, (void)file;
    return num;
}

static void trace_line(const char *prefix, const char *fmt, va_list args)
{
    char line[300];
    if (!sim.trace && strcmp(prefix, "oops: ") != 0 && !strstr(fmt, "broken"))
        return;
    vsnprintf(line, sizeof(line), fmt, args);
    sim_trace("says: %s%s", prefix, line);
}

void sim_oolong_log(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    trace_line(prefix, fmt, args);
    va_end(args);
}

void sim_oolong_warn(const char *prefix, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    trace_line(prefix, fmt, args);
    va_end(args);
}

void sim_oolong_panic(const char *fmt, ...)
{
    (void)fmt;
    sim_violation("task %d panics: %s", sched_self()->id, fmt);
}

// Stands for every call that is not here; OUT.names of make-instance lists them all.
void sim_unknown(void)
{
    kernel_unknown("see make-instance");
}
