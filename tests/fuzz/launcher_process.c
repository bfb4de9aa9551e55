// See launcher_process.h: the tasks' ends of the channels, and running the launcher.
#include "launcher_process.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <oolong/idl_tables.h>
#include <oolong/message.h>
#include "control_channel.h"
#include "reap.h"

#define MAX_TURNS 20000

uint64_t lp_now_ns;
bool lp_is_heard;
bool lp_may_end;

static unsigned long num_looked; // packets that had been sent when the tasks last looked

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

// Checks the form and the order of the packets that the launcher sends.
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
    lp_is_heard = true; // the socket has room for another packet
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
        if (!any && lp_child_ended) {
            lp_child_ended = false;
            reap_children();
            any = true;
        }
        if (!any && !run_tasks())
            return;
    }
    target_fail("the launcher never rests");
}

void lp_reset(void)
{
    lp_close();
    fd_reset();
    fd_on_socketpair = lp_on_socketpair;
    num_looked = fd_num_sent;
    lp_num_procs = 0;
    lp_now_ns = 1000000 * NS_PER_MS;
    lp_may_end = lp_child_ended = false;
    fd_failing = (struct fd_failing){0};
}
