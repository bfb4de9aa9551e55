// The system calls on sockets: packets, with descriptors on the way.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "kernel.h"
#include "syscalls.h"

static ssize_t send_one(int fd, const void *buf, size_t len, int flags, int *fds, unsigned num)
{
    struct file *end = kernel_file(fd);
    struct file *files[PACKET_MAX_FDS];
    if (end->kind != FILE_SOCKET || len != sizeof(struct packet))
        sim_violation("task %d sends what is no packet", sched_self()->id);
    for (unsigned i = 0; i < num; i++)
        files[i] = kernel_file(fds[i]);
    int err;
    while ((err = socket_send(end, buf, files, num)) == -EAGAIN && !(flags & MSG_DONTWAIT)) {
        sched_block(end, true, end->full_until ? end->full_until : NEVER);
        if (kernel_interrupted())
            return kernel_fail(EINTR);
    }
    sim_note((uint64_t)(err + 1000) << 8 | (uint64_t)fd);
    if (sim.trace) {
        const struct packet *packet = buf;
        sim_trace("sends kind %d type %#x through %d: %d", wire_kind(packet->word), packet->type,
                  fd, err);
    }
    return err < 0 ? kernel_fail(-err) : (ssize_t)len;
}

ssize_t sim_send(int fd, const void *buf, size_t len, int flags)
{
    sim_point();
    return send_one(fd, buf, len, flags, NULL, 0);
}

ssize_t sim_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    sim_point();
    int fds[PACKET_MAX_FDS];
    unsigned num = 0;
    const struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    if (c && c->cmsg_len > CMSG_LEN(0)) {
        num = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(c), num * sizeof(int));
    }
    return send_one(fd, msg->msg_iov[0].iov_base, msg->msg_iov[0].iov_len, flags, fds, num);
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
        int fd = kernel_install(parcel->files[n]);
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
    struct file *end = kernel_file(fd);
    static struct parcel parcel;
    int n;
    while ((n = socket_recv(end, &parcel)) == -EAGAIN && !(flags & MSG_DONTWAIT)) {
        sched_block(end, false, NEVER);
        if (kernel_interrupted())
            return kernel_fail(EINTR);
    }
    sim_note((uint64_t)(n + 1000) << 8 | (uint64_t)fd);
    msg->msg_flags = 0;
    if (n <= 0) {
        TRACE_SIM("reads %d: %d", fd, n);
        msg->msg_controllen = 0;
        return n < 0 ? kernel_fail(-n) : 0;
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

ssize_t sim_recv(int fd, void *buf, size_t len, int flags)
{
    struct iovec iov = {.iov_base = buf, .iov_len = len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    return sim_recvmsg(fd, &msg, flags);
}

int sim_close(int fd)
{
    struct file *file = kernel_file(fd);
    sim_point();
    sched_self()->fds[fd] = NULL;
    file->owner = -1;
    file->watched = false;
    file_unref(file);
    return 0;
}
