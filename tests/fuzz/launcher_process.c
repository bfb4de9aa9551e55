// See launcher_process.h: the table of processes, their ends of the channels, and the system calls
// by which the launcher deals with processes.
#include "launcher_process.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <oolong/message.h>
#include "control_channel.h"
#include "reap.h"

#define FIRST_PID 5000000 // above what the kernel gives
#define MAX_TURNS 20000

struct lp_proc lp_procs[LP_MAX_PROCS];
unsigned lp_num_procs;
uint64_t lp_now_ns;
bool lp_is_heard;
bool lp_may_end;

static bool child_ended;
static int debuggee_fd = -1;
static unsigned long num_looked; // packets that were sent until the tasks last looked
static struct {
    const struct task *task;
    int fd; // its end of its control channel
} born = {NULL, -1};

// --- Processes ----------------------------------------------------------------------------------

static struct lp_proc *by_pid(pid_t pid)
{
    for (unsigned i = 0; i < lp_num_procs; i++) {
        if (lp_procs[i].pid == pid && !lp_procs[i].reaped)
            return &lp_procs[i];
    }
    target_fail("the launcher speaks of process %d, which it has reaped", (int)pid);
}

struct lp_proc *lp_find(const char *name)
{
    for (unsigned i = lp_num_procs; i-- > 0;) {
        if (!strcmp(lp_procs[i].name, name) && !lp_procs[i].exited)
            return &lp_procs[i];
    }
    return NULL;
}

struct lp_proc *lp_of_task(task_t id)
{
    for (unsigned i = 0; i < lp_num_procs; i++) {
        if (lp_procs[i].id == id)
            return &lp_procs[i];
    }
    return NULL;
}

void lp_hang_up(struct lp_proc *proc)
{
    if (proc->fd >= 0)
        close(proc->fd);
    proc->fd = -1;
    lp_is_heard = true;
}

void lp_exit(struct lp_proc *proc, int code, int status)
{
    if (proc->exited)
        return;
    proc->exited = true;
    proc->code = code;
    proc->status = status;
    lp_hang_up(proc);
    child_ended = true;
}

// The task that is being started.
static const struct task *unborn(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot] && suite.tasks[slot]->pid == 0)
            return suite.tasks[slot];
    }
    return NULL;
}

static void forget_born(void)
{
    if (born.fd >= 0)
        close(born.fd);
    born.fd = -1;
    born.task = NULL;
}

static bool keeps_to_the_rules(const char *name)
{
    return !strcmp(name, "vm") || !strcmp(name, "honest") || !strcmp(name, "server");
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
    if (!fd_inside) // what drives the target has processes too
        return __real_fork();
    const struct task *task = unborn();
    if (!task || lp_num_procs == LP_MAX_PROCS) {
        errno = EAGAIN;
        return -1;
    }
    struct lp_proc *proc = &lp_procs[lp_num_procs];
    *proc = (struct lp_proc){.pid = FIRST_PID + (int)lp_num_procs,
                             .id = task->id,
                             .name = task->spec->name,
                             .fd = born.fd,
                             .num_filters = 2,
                             .by_the_rules = keeps_to_the_rules(task->spec->name)};
    born.fd = -1;
    lp_num_procs++;
    lp_is_heard = true; // nobody has its pipe
    return proc->pid;
}

int __real_kill(pid_t pid, int signo);
int __wrap_kill(pid_t pid, int signo);
int __wrap_kill(pid_t pid, int signo)
{
    if (!fd_inside)
        return __real_kill(pid, signo);
    if (pid == getpid()) {
        lp_end_debuggee();
        return 0;
    }
    struct lp_proc *proc = by_pid(pid);
    bool allowed = stop_has_begun() || lp_may_end;
    if (proc->by_the_rules && !allowed)
        target_fail("the launcher ends %s, which has done nothing", proc->name);
    if (signo == SIGKILL || proc->by_the_rules)
        lp_exit(proc, CLD_KILLED, signo);
    return 0;
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    const struct lp_proc *proc = by_pid((pid_t)id);
    (void)type, (void)options;
    memset(info, 0, sizeof(*info));
    if (proc->exited) {
        info->si_pid = proc->pid;
        info->si_code = proc->code;
        info->si_status = proc->status;
    }
    return 0;
}

pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    if (!fd_inside)
        return __real_waitpid(pid, status, options);
    struct lp_proc *proc = by_pid(pid);
    if (!proc->exited)
        target_fail("the launcher waits for %s, which lives", proc->name);
    proc->reaped = true;
    return pid;
}

pid_t __real_getpid(void);
pid_t __wrap_getpid(void);
pid_t __wrap_getpid(void)
{
    static pid_t self;
    if (!self)
        self = __real_getpid();
    return self;
}

int __wrap_setpriority(int which, id_t who, int value);
int __wrap_setpriority(int which, id_t who, int value)
{
    (void)which, (void)value;
    if ((pid_t)who != getpid())
        by_pid((pid_t)who);
    return fd_fails(CALL_SETPRIORITY) ? -1 : 0;
}

// The filters are made by libseccomp, with real descriptors.
const struct sandbox *__real_sandbox_get(const char *name);
const struct sandbox *__wrap_sandbox_get(const char *name);
const struct sandbox *__wrap_sandbox_get(const char *name)
{
    fd_inside = false;
    struct sandbox *box = (struct sandbox *)(uintptr_t)__real_sandbox_get(name);
    if (box && box->role_fd < FD_FIRST) {
        close(box->role_fd);
        box->role_fd = fd_open_file();
    }
    fd_inside = true;
    return box;
}

int __wrap_sandbox_count_filters(int pid);
int __wrap_sandbox_count_filters(int pid)
{
    return pid && pid != getpid() ? by_pid(pid)->num_filters : 0;
}

// A task's first pair is its control channel.
static void on_socketpair(const int ends[2])
{
    const struct task *task = unborn();
    if (task && task != born.task) {
        forget_born();
        born.fd = dup(ends[1]);
        born.task = task;
    }
}

// --- The task under a debugger ------------------------------------------------------------------
//
// The kernel says of its packets that this process sent them, so this is its process. It ends when
// its descriptor becomes readable.

void lp_end_debuggee(void)
{
    if (debuggee_fd >= 0)
        fd_make_readable(debuggee_fd);
    lp_is_heard = true;
}

// Six arguments are read, as the C library does, however many the caller gave: what is beyond those
// is on the stack, and no system call looks at it.
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
    long args[6];
    va_list list;
    va_start(list, number);
    for (unsigned i = 0; i < 6; i++)
        args[i] = va_arg(list, long);
    va_end(list);
    if (fd_inside && number == SYS_pidfd_open) {
        if (debuggee_fd < 0)
            debuggee_fd = fd_open_event();
        return dup(debuggee_fd);
    }
    if (fd_inside && number == SYS_futex) // a doorbell, which nobody hears
        return 0;
    return __real_syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

// --- Other calls --------------------------------------------------------------------------------

uint64_t __wrap_now_ns(void);
uint64_t __wrap_now_ns(void)
{
    return lp_now_ns;
}

bool __wrap_program_find(const char *program, char **path);
bool __wrap_program_find(const char *program, char **path)
{
    *path = xasprintf("/installed/%s", program);
    errno = ENOENT;
    return *program != 'n'; // "nothing"
}

const char *__wrap_wire_note_check(const char *path);
const char *__wrap_wire_note_check(const char *path)
{
    (void)path;
    return NULL;
}

void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status);
void __wrap_exit(int status)
{
    if (fd_inside)
        target_fail("the launcher exits with %d", status);
    __real_exit(status);
}

bool lp_log(char *text)
{
    static int is_verbose = -1;
    if (is_verbose < 0)
        is_verbose = getenv("REPLAY_VERBOSE") != NULL;
    if (is_verbose)
        fprintf(stderr, "oolong: %s\n", text);
    return true;
}

// --- The tasks' ends of the channels ------------------------------------------------------------

void lp_send(struct lp_proc *proc, const void *data, size_t len, unsigned num_fds)
{
    const int fds[] = {proc->fd, proc->fd, proc->fd};
    const struct packet *packet = data;
    if (len == sizeof(*packet) && packet->type == CTL_GRANT_ACK &&
        packet->task.task == proc->unacked)
        proc->unacked = 0;
    lp_is_heard = true;
    if (proc->fd >= 0)
        fd_send(proc->fd, data, len, fds, num_fds, proc->is_debugger ? proc->pid : getpid());
}

void lp_send_control(struct lp_proc *proc, enum control_op op, struct packet *packet)
{
    packet->type = op;
    packet->word = wire_word(WIRE_CONTROL, 0, 0);
    lp_send(proc, packet, sizeof(*packet), 0);
}

static void check_grant(struct lp_proc *proc, const struct packet *packet, int num_fds)
{
    const struct control_grant *grant = &packet->grant;
    const struct lp_proc *peer = lp_of_task(grant->task);
    bool is_vm = proc->id == VM_TASK;
    if (num_fds != (is_vm ? 3 : grant->ring_size ? 4 : 2))
        target_fail("%s is granted a channel with %d descriptors", proc->name, num_fds);
    if (proc->unacked)
        target_fail("%s is granted a channel before it acknowledged another", proc->name);
    if (!peer || peer == proc)
        target_fail("%s is granted a channel to task %d", proc->name, grant->task);
    const struct task *a = task_find(proc->id), *b = task_find(grant->task);
    if (!is_vm && a && b && (!manifest_may_talk(a->spec, b->spec) || b->phase == TASK_STARTING))
        target_fail("%s is granted a channel to %s", proc->name, peer->name);
    proc->unacked = grant->task;
    proc->num_grants++;
}

// What the launcher sends has a form, and comes in an order.
static void check_packet(struct lp_proc *proc, const struct packet *packet, int num_fds)
{
    bool is_vm = proc->id == VM_TASK;
    if (is_vm && wire_kind(packet->word) == WIRE_NOBLOCK)
        return;
    if (wire_kind(packet->word) != WIRE_CONTROL || (packet->type == CTL_BOOT) != !proc->num_boots)
        target_fail("%s gets packet %d of kind %d", proc->name, packet->type,
                    wire_kind(packet->word));
    switch (packet->type) {
    case CTL_BOOT:
        proc->num_boots++;
        if (packet->boot.task != proc->id ||
            num_fds != 2 + (is_vm ? 0 : 2) + (packet->boot.num_filter > 0))
            target_fail("%s is booted as task %d with %d descriptors", proc->name,
                        packet->boot.task, num_fds);
        break;
    case CTL_FILE:
        proc->num_files++;
        if (num_fds != 1)
            target_fail("%s gets a file with %d descriptors", proc->name, num_fds);
        break;
    case CTL_GRANT:
        check_grant(proc, packet, num_fds);
        break;
    case CTL_ANSWER:
        proc->num_answers++;
        if (num_fds != (packet->answer.op == CTL_MEMFD && !packet->answer.error ? 2 : 0))
            target_fail("%s gets an answer with %d descriptors", proc->name, num_fds);
        break;
    case CTL_STOP:
        if (num_fds || !stop_has_begun())
            target_fail("%s is told of the suite's end with %d descriptors", proc->name, num_fds);
        break;
    case CTL_REFUSED:
        if (num_fds || packet->refused.count > CONTROL_MAX_REFUSED)
            target_fail("%s gets %u refused messages", proc->name, packet->refused.count);
        break;
    case CTL_TEXT:
        proc->num_texts += !packet->text.more;
        if (num_fds || packet->text.len > sizeof(packet->text.text))
            target_fail("%s gets %u bytes of text", proc->name, packet->text.len);
        break;
    default:
        target_fail("%s gets control packet %d", proc->name, packet->type);
    }
}

bool lp_read(struct lp_proc *proc, struct packet *packet)
{
    union {
        struct cmsghdr align;
        char data[CMSG_SPACE(PACKET_MAX_FDS * sizeof(int))];
    } control;
    struct iovec iov = {packet, sizeof(*packet)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    int num_fds = 0;
    ssize_t got = proc->fd < 0 ? -1 : recvmsg(proc->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got <= 0)
        return false;
    lp_is_heard = true; // there is room for another
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    for (; c && (size_t)num_fds < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); num_fds++) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + (size_t)num_fds * sizeof(int), sizeof(fd));
        close(fd);
    }
    if (got != sizeof(*packet) || msg.msg_flags & (MSG_CTRUNC | MSG_TRUNC))
        target_fail("%s gets a packet of %zd bytes", proc->name, got);
    check_packet(proc, packet, num_fds);
    return true;
}

static void obey_as_vm(struct lp_proc *vm, const struct packet *packet)
{
    struct packet reply = {0};
    struct message m;
    memcpy(&m, packet, sizeof(m));
    if (m.type == EXCEPTION_MSG) {
        reply.task.task = m.exception.task;
        lp_send_control(vm, CTL_REAP, &reply);
    }
}

void lp_obey(struct lp_proc *proc, const struct packet *packet)
{
    struct packet reply = {0};
    if (wire_kind(packet->word) != WIRE_CONTROL) {
        obey_as_vm(proc, packet);
        return;
    }
    switch (packet->type) {
    case CTL_BOOT:
        reply.digests.count = 2;
        reply.digests.numbers[0] = 1;
        reply.digests.digests[0] = (uint32_t)proc->id % 2;
        reply.digests.numbers[1] = oolong_idl_messages[1].id;
        lp_send_control(proc, CTL_DIGESTS, &reply);
        reply = (struct packet){0};
        lp_send_control(proc, CTL_READY, &reply);
        break;
    case CTL_GRANT:
        reply.task.task = packet->grant.task;
        lp_send_control(proc, CTL_GRANT_ACK, &reply);
        break;
    case CTL_ANSWER:
        if (packet->answer.op == CTL_MEMFD && !packet->answer.error)
            lp_send_control(proc, CTL_CLOSED, &reply);
        break;
    default:
        break;
    }
}

// --- Running ------------------------------------------------------------------------------------

static bool run_tasks(void)
{
    bool any = false;
    if (num_looked == fd_num_sent)
        return false;
    num_looked = fd_num_sent;
    for (unsigned i = 0; i < lp_num_procs; i++) {
        struct packet packet;
        while (lp_procs[i].by_the_rules && lp_read(&lp_procs[i], &packet)) {
            lp_obey(&lp_procs[i], &packet);
            any = true;
        }
    }
    return any;
}

void lp_run(void)
{
    for (unsigned n = 0; n < MAX_TURNS; n++) {
        control_flush_all();
        bool any = lp_loop_turn();
        if (!any && child_ended) {
            child_ended = false;
            reap_children();
            any = true;
        }
        if (!any && !run_tasks())
            return;
    }
    target_fail("the launcher never rests");
}

void lp_close(void)
{
    forget_born();
    if (debuggee_fd >= 0)
        close(debuggee_fd);
    debuggee_fd = -1;
}

void lp_reset(void)
{
    lp_close();
    fd_reset();
    fd_on_socketpair = on_socketpair;
    num_looked = fd_num_sent;
    lp_num_procs = 0;
    lp_now_ns = 1000000 * NS_PER_MS;
    lp_may_end = child_ended = false;
    fd_failing = (struct fd_failing){0};
}
