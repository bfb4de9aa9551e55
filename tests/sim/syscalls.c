// The system calls that libipc and vm's shell make, as the simulated kernel answers them. Each is a
// point at which others run first.
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "syscalls.h"
#include "sim.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static int fail(int error)
{
    errno = error;
    return -1;
}

static void __noreturn unknown(const char *name)
{
    sim_violation("task %d makes a system call that is not simulated: %s", sched_self()->id, name);
}

static struct file *file_of(int fd)
{
    struct file *file = fd >= 0 && fd < NUM_FDS ? sched_self()->fds[fd] : NULL;
    if (!file)
        sim_violation("task %d uses descriptor %d, which is not open", sched_self()->id, fd);
    return file;
}

static int install(struct file *file)
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

static bool interrupted(void)
{
    struct proc *p = sched_self();
    bool was = p->interrupted;
    p->interrupted = false;
    return was;
}

static uint64_t deadline_after(int64_t ns)
{
    return ns < 0 ? NEVER : sim.now_ns + (uint64_t)ns;
}

// --- Sockets ------------------------------------------------------------------------------------

static ssize_t send_one(int fd, const void *buf, size_t len, int *fds, unsigned num)
{
    struct file *end = file_of(fd);
    struct file *files[PACKET_MAX_FDS];
    if (end->kind != FILE_SOCKET || len != sizeof(struct packet))
        sim_violation("task %d sends what is no packet", sched_self()->id);
    for (unsigned i = 0; i < num; i++)
        files[i] = file_of(fds[i]);
    int err = socket_send(end, buf, files, num);
    sim_note((uint64_t)(err + 1000) << 8 | (uint64_t)fd);
    if (sim.trace) {
        const struct packet *packet = buf;
        sim_trace("sends kind %d type %#x through %d: %d", wire_kind(packet->word), packet->type,
                  fd, err);
    }
    return err < 0 ? fail(-err) : (ssize_t)len;
}

ssize_t sim_send(int fd, const void *buf, size_t len, int flags)
{
    (void)flags;
    sim_point();
    return send_one(fd, buf, len, NULL, 0);
}

ssize_t sim_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    (void)flags;
    sim_point();
    int fds[PACKET_MAX_FDS];
    unsigned num = 0;
    const struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    if (c && c->cmsg_len > CMSG_LEN(0)) {
        num = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(c), num * sizeof(int));
    }
    return send_one(fd, msg->msg_iov[0].iov_base, msg->msg_iov[0].iov_len, fds, num);
}

static void give_files(struct parcel *parcel, struct msghdr *msg)
{
    if (parcel->num_files == 0) {
        msg->msg_controllen = 0;
        return;
    }
    size_t room =
        msg->msg_controllen >= CMSG_LEN(0) ? (msg->msg_controllen - CMSG_LEN(0)) / sizeof(int) : 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    unsigned n = 0;
    for (; n < parcel->num_files && n < room; n++) {
        int fd = install(parcel->files[n]);
        memcpy(CMSG_DATA(c) + n * sizeof(int), &fd, sizeof(fd));
    }
    if (n < parcel->num_files)
        msg->msg_flags |= MSG_CTRUNC;
    for (unsigned i = n; i < parcel->num_files; i++)
        file_unref(parcel->files[i]);
    if (n > 0) {
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n * sizeof(int));
        msg->msg_controllen = CMSG_SPACE(n * sizeof(int));
    } else {
        msg->msg_controllen = 0;
    }
}

ssize_t sim_recvmsg(int fd, struct msghdr *msg, int flags)
{
    sim_point();
    struct file *end = file_of(fd);
    static struct parcel parcel;
    int n;
    while ((n = socket_recv(end, &parcel)) == -EAGAIN && !(flags & MSG_DONTWAIT)) {
        sched_block(end, false, NEVER);
        if (interrupted())
            return fail(EINTR);
    }
    sim_note((uint64_t)(n + 1000) << 8 | (uint64_t)fd);
    msg->msg_flags = 0;
    if (n <= 0) {
        TRACE_SIM("reads %d: %d", fd, n);
        return n < 0 ? fail(-n) : 0;
    }
    TRACE_SIM("reads %d: kind %d type %#x", fd, wire_kind(parcel.packet.word), parcel.packet.type);
    sim_note(parcel.packet.word);
    memcpy(msg->msg_iov[0].iov_base, &parcel.packet, sizeof(parcel.packet));
    if (parcel.num_files == 4) {
        sched_self()->regions[0] = parcel.files[2];
        sched_self()->regions[1] = parcel.files[3];
        sched_self()->regions_mapped = 0;
    }
    give_files(&parcel, msg);
    return sizeof(parcel.packet);
}

int sim_ppoll(struct pollfd *pfd, nfds_t num, const struct timespec *timeout, const void *mask)
{
    (void)mask;
    sim_point();
    if (num != 1)
        unknown(__func__);
    struct file *end = file_of(pfd->fd);
    bool out = pfd->events & POLLOUT;
    uint64_t deadline =
        deadline_after(timeout ? timeout->tv_sec * 1000000000ll + timeout->tv_nsec : -1);
    for (;;) {
        if (out ? socket_has_room(end) : socket_readable(end)) {
            pfd->revents = pfd->events;
            return 1;
        }
        if (sim.now_ns >= deadline)
            return 0;
        sched_block(end, out, out && end->full_until ? MIN(deadline, end->full_until) : deadline);
        if (interrupted())
            return fail(EINTR);
    }
}

// --- epoll --------------------------------------------------------------------------------------

int sim_epoll_create1(int flags)
{
    (void)flags;
    return install(file_new(FILE_EPOLL));
}

int sim_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event)
{
    (void)epoll_fd;
    struct file *file = file_of(fd);
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

// epoll may say of a socket that it is ready when it is not any more.
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
    uint64_t deadline = deadline_after(timeout_ms < 0 ? -1 : timeout_ms * 1000000ll);
    for (;;) {
        int n = collect(events, MIN(max - 1, (int)sim.batch));
        if (sim.spurious_rate && sim_once_in(sim.spurious_rate))
            n = add_spurious(events, n);
        sim_note((uint64_t)n);
        if (n > 0 || sim.now_ns >= deadline)
            return n;
        sched_block(NULL, false, deadline);
        if (interrupted())
            return fail(EINTR);
    }
}

// --- Memory -------------------------------------------------------------------------------------

int sim_close(int fd)
{
    struct file *file = file_of(fd);
    sim_point();
    sched_self()->fds[fd] = NULL;
    file->owner = -1;
    file->watched = false;
    file_unref(file);
    return 0;
}

static void *add_map(struct proc *p, void *page)
{
    for (size_t i = 0; i < sizeof(p->maps) / sizeof(p->maps[0]); i++) {
        if (p->maps[i])
            continue;
        page_map(page);
        return p->maps[i] = page;
    }
    sim_violation("task %d has too many pages mapped", p->id);
}

void *sim_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    struct proc *p = sched_self();
    if ((flags & MAP_ANONYMOUS) && prot == PROT_NONE) {
        if (p->regions_mapped == 2)
            unknown(__func__);
        return add_map(p, p->regions[p->regions_mapped++]->page);
    }
    if (flags & MAP_FIXED) { // a region, where it is already
        const uint8_t *base = file_of(fd)->page;
        if (file_of(fd)->kind != FILE_REGION || (uint8_t *)addr != base + (offset ? 2 * offset : 0))
            unknown(__func__);
        return addr;
    }
    if (flags & MAP_ANONYMOUS) {
        void *map = memory_map(p->slot, len);
        return map ? map : MAP_FAILED;
    }
    struct file *file = file_of(fd);
    if (file->kind != FILE_PAGE || len > STATE_PAGE_SIZE)
        unknown(__func__);
    return add_map(p, file->page);
}

int sim_munmap(void *addr, size_t len)
{
    struct proc *p = sched_self();
    if (memory_holds(p->slot, (uintptr_t)addr, len))
        return 0; // anonymous; not used again
    for (size_t i = 0; i < sizeof(p->maps) / sizeof(p->maps[0]); i++) {
        if (p->maps[i] != addr)
            continue;
        p->maps[i] = NULL;
        page_unmap(addr);
        return 0;
    }
    sim_violation("task %d unmaps what is not mapped", p->id);
}

// Programs of the simulation do not exit while they keep something for others.
int sim_atexit(void (*function)(void))
{
    (void)function;
    return 0;
}

int sim_madvise(void *addr, size_t len, int advice)
{
    (void)addr, (void)len, (void)advice;
    return 0;
}

void *sim_malloc(size_t size)
{
    return memory_alloc(sim.current, size);
}

void *sim_calloc(size_t num, size_t size)
{
    void *ptr = memory_alloc(sim.current, num * size);
    return ptr ? memset(ptr, 0, num * size) : NULL;
}

void *sim_realloc(void *ptr, size_t size)
{
    void *new = memory_alloc(sim.current, size);
    if (new &&ptr)
        memcpy(new, ptr, MIN(size, memory_size(ptr)));
    memory_free(sim.current, ptr);
    return new;
}

void sim_free(void *ptr)
{
    memory_free(sim.current, ptr);
}

char *sim_strdup(const char *text)
{
    char *copy = memory_alloc(sim.current, strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

// How much of a copy is made: all, some of it (the rest when vm asks again), or none.
static ssize_t copy_len(struct proc *p, const struct iovec *remote)
{
    if (!p || p->state != PROC_ALIVE)
        return fail(ESRCH);
    if (!memory_holds(p->slot, (uintptr_t)remote->iov_base, remote->iov_len))
        sim_violation("vm copies %zu bytes at %p, which task %d does not have", remote->iov_len,
                      remote->iov_base, p->id);
    if (!sim.short_rate || !sim_once_in(sim.short_rate))
        return (ssize_t)remote->iov_len;
    if (sim_once_in(3)) {
        counts.failed_copies++;
        sim.hurt = true;
        TRACE_SIM("the memory of task %d cannot be reached", p->id);
        return fail(EFAULT);
    }
    counts.short_copies++;
    return (ssize_t)sim_below((uint32_t)remote->iov_len) + 1;
}

static struct proc *proc_of_pid(pid_t pid)
{
    for (int slot = VM + 1; slot < NUM_SLOTS; slot++) {
        if (sim.procs[slot].state != PROC_NONE && sim.procs[slot].pid == pid)
            return &sim.procs[slot];
    }
    return NULL;
}

ssize_t sim_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long num_local,
                             const struct iovec *remote, unsigned long num_remote,
                             unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    sim_point();
    ssize_t len = copy_len(proc_of_pid(pid), remote);
    if (len > 0)
        memcpy(local->iov_base, remote->iov_base, (size_t)len);
    return len;
}

ssize_t sim_process_vm_writev(pid_t pid, const struct iovec *local, unsigned long num_local,
                              const struct iovec *remote, unsigned long num_remote,
                              unsigned long flags)
{
    (void)num_local, (void)num_remote, (void)flags;
    sim_point();
    ssize_t len = copy_len(proc_of_pid(pid), remote);
    if (len > 0)
        memcpy(remote->iov_base, local->iov_base, (size_t)len);
    return len;
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
        unknown(__func__);
    if (is_changed(set, count))
        return fail(EAGAIN);
    for (unsigned i = 0; i < count; i++)
        p->bells[i] = set[i].uaddr;
    p->num_bells = count;
    uint64_t ns =
        deadline ? (uint64_t)deadline->tv_sec * 1000000000 + (uint64_t)deadline->tv_nsec : NEVER;
    sched_block(&nothing, false, ns);
    p->num_bells = 0;
    if (interrupted())
        return fail(EINTR);
    return sim.now_ns >= ns ? fail(ETIMEDOUT) : 0;
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
        unknown(__func__);
    if ((int)a[1] == FUTEX_WAKE) {
        sched_ring(a[0]);
        return 0;
    }
    struct waitv one = {.val = (uint32_t)a[2], .uaddr = a[0]};
    return futex_wait(&one, 1, (const struct timespec *)a[3]);
}

// --- The rest -----------------------------------------------------------------------------------

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

int sim_prctl(int option, ...)
{
    (void)option;
    return fail(EINVAL); // there is no Yama
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

void sim_oolong_log(const char *prefix, const char *fmt, ...)
{
    if (!sim.trace && strcmp(prefix, "oops: ") != 0 && !strstr(fmt, "broken"))
        return;
    char line[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    sim_trace("says: %s%s", prefix, line);
}

void sim_oolong_panic(const char *fmt, ...)
{
    (void)fmt;
    sim_violation("task %d panics: %s", sched_self()->id, fmt);
}

// Stands for every call that is not here; OUT.names of make-instance lists them all.
void sim_unknown(void)
{
    unknown("see make-instance");
}
