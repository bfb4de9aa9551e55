// The launcher's ends of the control channels: packets in and out, and the descriptors in them.
// What a task sends is hostile: a packet of another size, with descriptors, or of another kind is
// the end of the task.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "suite.h"
#include "talk.h"

// So that one task cannot keep the launcher from the others.
#define PACKETS_PER_TURN 16

#define RETRY_MS 10

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

static struct timer retry;

bool refuse_fds(int end)
{
    int off = 0;
    return setsockopt(end, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off)) == 0;
}

bool fds_are_refused(void)
{
    static bool known, refused;
    int end = known ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (end >= 0) {
        known = true;
        refused = refuse_fds(end);
        close(end);
    }
    return refused;
}

bool make_memfd(const char *name, size_t size, int *rw, int *ro)
{
    char path[64];
    if (ro)
        *ro = -1;
    *rw = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*rw < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", *rw);
    // The mode keeps who has the read-only one from opening it anew for writing.
    if (ftruncate(*rw, (off_t)size) == 0 && fchmod(*rw, 0400) == 0 &&
        fcntl(*rw, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        if (!ro)
            return true;
        *ro = open(path, O_RDONLY | O_CLOEXEC);
        if (*ro >= 0)
            return true;
    }
    int error = errno;
    close(*rw);
    *rw = -1;
    errno = error;
    return false;
}

static void control_close(struct task *task)
{
    if (task->control_fd < 0)
        return;
    loop_forget(&task->control);
    close(task->control_fd);
    task->control_fd = -1;
}

// gdb has the control channel too, so the end of its child is not seen there.
static void on_debuggee(struct source *source, uint32_t events)
{
    struct task *task = (struct task *)((char *)source - offsetof(struct task, debuggee));
    (void)events;
    loop_forget(source);
    close(source->fd);
    source->fd = -1;
    task_ended_in_debugger(task);
}

// Under gdb the task is a child of gdb: the kernel says who it is, with its first packet.
static void learn_pid(struct task *task, struct msghdr *msg)
{
    struct ucred cred;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
            continue;
        memcpy(&cred, CMSG_DATA(c), sizeof(cred));
        if (cred.pid == task->pid || cred.pid <= 0)
            continue;
        task->task_pid = cred.pid;
        task->debuggee.fd = (int)syscall(SYS_pidfd_open, cred.pid, 0);
        task->debuggee.ready = on_debuggee;
        if (task->debuggee.fd >= 0)
            loop_watch(&task->debuggee, EPOLLIN);
        vm_announce(task);
    }
}

// Takes one packet. Returns false when there is none, or the channel was ended.
static bool read_packet(struct task *task)
{
    uint8_t data[sizeof(struct packet) + 1];
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec iov = {data, sizeof(data)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (task->debugged) { // SO_PASSCRED is set: there must be room for credentials, and nothing
                          // else
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control);
    }
    ssize_t got = recvmsg(task->control_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    // A reset is reported before what was queued: it is not the end yet.
    if (got < 0 && errno == ECONNRESET)
        return true;
    if (got == 0) {
        control_close(task);
        task_hung_up(task);
        return false;
    }
    // Descriptors: there is no room for them, so the kernel has dropped them and says so.
    const char *offence = NULL;
    if (msg.msg_flags & MSG_CTRUNC)
        offence = "attached a descriptor to a control packet";
    else if (got != sizeof(struct packet))
        offence = "sent a control packet of a wrong size";
    if (offence || got < 0) {
        task_offend(task, offence ? offence : "broke its control channel");
        control_close(task);
        return false;
    }
    if (task->debugged && !task->task_pid)
        learn_pid(task, &msg);
    struct packet packet;
    memcpy(&packet, data, sizeof(packet));
    request_handle(task, &packet);
    return task->control_fd >= 0;
}

static void control_flush(struct task *task);

static void on_control(struct source *source, uint32_t events)
{
    struct task *task = (struct task *)((char *)source - offsetof(struct task, control));
    if (events & EPOLLOUT)
        control_flush(task);
    for (int i = 0; i < PACKETS_PER_TURN && read_packet(task); i++)
        ;
}

void control_watch(struct task *task)
{
    task->control = (struct source){.fd = task->control_fd, .ready = on_control};
    loop_watch(&task->control, EPOLLIN);
}

void control_drain(struct task *task)
{
    // What fits in a socket's queue; more can only come from somebody else that holds it.
    for (int i = 0; i < 1024 && task->control_fd >= 0 && read_packet(task); i++)
        ;
    control_close(task);
}

// Returns false when it did not go.
static bool send_packet(struct task *task, struct outgoing *out)
{
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(PACKET_MAX_FDS * sizeof(int))];
    } control = {0};
    struct iovec iov = {&out->packet, sizeof(out->packet)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (out->num_fds) {
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(out->num_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(out->num_fds * sizeof(int));
        memcpy(CMSG_DATA(c), out->fds, out->num_fds * sizeof(int));
    }
    return sendmsg(task->control_fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void on_retry(struct timer *timer)
{
    (void)timer;
    control_flush_all();
}

static void control_flush(struct task *task)
{
    struct outgoing *out;
    uint32_t events = EPOLLIN;
    while ((out = channels_next(&suite.channels, task->id))) {
        if (send_packet(task, out)) {
            channels_sent(&suite.channels, task->id);
            bell_sent(task);
        } else if (errno == EAGAIN) {
            events |= EPOLLOUT;
            break;
        } else if (errno == ETOOMANYREFS || errno == ENOMEM || errno == ENOBUFS) {
            loop_timer(&retry, RETRY_MS);
            break;
        } else {
            break; // it ends: SIGCHLD comes
        }
    }
    if (task->control.events)
        loop_watch(&task->control, events);
}

void control_flush_all(void)
{
    retry.fire = on_retry;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        struct task *task = suite.tasks[slot];
        if (task && task->control_fd >= 0 && suite.channels.endpoints[slot].head)
            control_flush(task);
    }
}

// --- What the pure logic needs of the world -----------------------------------------------------

static bool may_talk(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    const char *from = task_find(a)->spec->name, *to = task_find(b)->spec->name;
    bool may = manifest_may_talk(task_find(a)->spec, task_find(b)->spec);
    if (!may)
        log_verbose(1, "task %s may not talk to %s: 'calls = %s' in [task %s] would allow it", from,
                    to, to, from);
    return may;
}

static struct talk_table *table;
static int table_fd = -1;

bool control_make_table(void)
{
    int fd;
    if (!make_memfd("channels", sizeof(*table), &fd, &table_fd))
        return false;
    void *addr = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (addr == MAP_FAILED)
        return false;
    table = addr;
    return true;
}

int control_open_table(void)
{
    return fcntl(table_fd, F_DUPFD_CLOEXEC, 0);
}

static void join(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    talk_join(table, a, b);
}

// At the end of the suite vm is not told of ends any more, and nobody gets the slot: who still
// sends to the task shall find it dead, and not a stranger.
static void part(void *ctx, task_t task)
{
    (void)ctx;
    if (!suite.stopping)
        talk_part(table, task);
}

static bool make_pair(void *ctx, int ends[2])
{
    (void)ctx;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
        bool refused = refuse_fds(ends[0]) && refuse_fds(ends[1]);
        if (refused || !fds_are_refused())
            return true;
        close(ends[0]);
        close(ends[1]);
    }
    log_error("cannot make a channel: %m");
    return false;
}

static int open_page(void *ctx, task_t id)
{
    (void)ctx;
    return fcntl(task_find(id)->page_fd, F_DUPFD_CLOEXEC, 0);
}

static void close_descriptor(void *ctx, int fd)
{
    (void)ctx;
    close(fd);
}

unsigned compare_digests(const struct task *a, const struct task *b, uint16_t **numbers)
{
    unsigned count = 0, k = 0;
    *numbers = NULL;
    for (unsigned i = 0; i < a->num_digests; i++) {
        const struct digest *mine = &a->digests[i];
        while (k < b->num_digests && b->digests[k].number < mine->number)
            k++;
        if (k == b->num_digests || b->digests[k].number != mine->number ||
            b->digests[k].digest == mine->digest)
            continue;
        if (!*numbers)
            *numbers = xcalloc(a->num_digests - i, sizeof(**numbers));
        (*numbers)[count++] = mine->number;
    }
    return count;
}

static void report_refused(const struct task *a, const struct task *b, const uint16_t *numbers,
                           unsigned count)
{
    char *first = message_label(numbers[0]);
    char *more = count > 1 ? xasprintf(" and %u other messages", count - 1) : xstrdup("");
    log_error("%s and %s were built with different versions of %s%s, which are refused",
              a->spec->name, b->spec->name, first, more);
    free(first);
    free(more);
}

static void describe(void *ctx, task_t id_a, task_t id_b, struct control_grant *grant)
{
    (void)ctx;
    const struct task *a = task_find(id_a), *b = task_find(id_b);
    uint16_t *numbers;
    grant->ool_len = b->spec->ool_len;
    grant->num_refused = compare_digests(a, b, &numbers);
    for (unsigned at = 0; at < grant->num_refused; at += CONTROL_MAX_REFUSED) {
        struct packet packet = {.type = CTL_REFUSED, .word = wire_word(WIRE_CONTROL, 0, 0)};
        unsigned left = grant->num_refused - at;
        packet.refused.task = id_b;
        packet.refused.count = left < CONTROL_MAX_REFUSED ? left : CONTROL_MAX_REFUSED;
        memcpy(packet.refused.numbers, numbers + at, packet.refused.count * sizeof(*numbers));
        channels_push(&suite.channels, id_a, &packet, NULL, 0);
    }
    if (grant->num_refused > 0 && id_a < id_b) // the other gets a grant too
        report_refused(a, b, numbers, grant->num_refused);
    free(numbers);
}

// A task with many channels gets small rings: its address space is limited.
#define MANY_CHANNELS 64

static unsigned count_channels(task_t id)
{
    unsigned count = 0;
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++)
        count += suite.channels.halves[TASK_SLOT(id)][slot] != HALF_NONE;
    return count;
}

static uint32_t ring_size(void *ctx, task_t id_a, task_t id_b)
{
    (void)ctx;
    const struct task_spec *a = task_find(id_a)->spec, *b = task_find(id_b)->spec;
    if (!manifest_uses_shm(&suite.manifest, a, b))
        return 0;
    uint32_t size = MIN(a->ring_size, b->ring_size);
    bool many = count_channels(id_a) > MANY_CHANNELS || count_channels(id_b) > MANY_CHANNELS;
    return many ? MIN(size, SMALL_RING) : size;
}

uint64_t task_shared_bytes(const struct task *task)
{
    const struct task_spec *spec = task->spec;
    uint64_t bytes = spec->shared_bytes + STATE_PAGE_SIZE;
    if (task->id != VM_TASK)
        bytes += ool_landing_len((size_t)spec->ool_len);
    for (int slot = TASK_SLOT(VM_TASK) + 1; slot < CONFIG_NUM_TASKS; slot++) {
        const struct task *peer = suite.tasks[slot];
        uint32_t ring = 0;
        if (peer && suite.channels.halves[TASK_SLOT(task->id)][slot] != HALF_NONE)
            ring = ring_size(NULL, task->id, peer->id);
        bytes += ring ? REGION_SIZE(ring) : 0;
    }
    return bytes;
}

static bool make_region(void *ctx, uint32_t size, int *rw, int *ro)
{
    (void)ctx;
    if (make_memfd("region", REGION_SIZE(size), rw, ro))
        return true;
    log_error("cannot make the memory of a channel: %s", error_text(errno));
    return false;
}

const struct channel_env control_env = {
    .may_talk = may_talk,
    .join = join,
    .part = part,
    .make_pair = make_pair,
    .open_page = open_page,
    .close_fd = close_descriptor,
    .describe = describe,
    .ring_size = ring_size,
    .make_region = make_region,
};
