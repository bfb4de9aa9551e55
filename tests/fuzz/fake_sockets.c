// See fake_fds.h: sockets of whole packets (SOCK_SEQPACKET) and pipes. A socket keeps the packets
// sent to it until they are read.
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <oolong/wire.h>
#include "fake_fds_private.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define MAX_PACKETS 4096 // in all sockets together
#define QUEUE_MAX   256  // about the limit of a socket of the kernel
#define PACKET_SIZE 640

struct file_packet {
    struct file_packet *next;
    pid_t pid; // of the sender
    size_t len;
    unsigned num_files;
    struct file *files[PACKET_MAX_FDS];
    uint8_t data[PACKET_SIZE];
};

void (*fd_on_socketpair)(const int ends[2]);
unsigned long fd_num_sent;

static struct file_packet packets[MAX_PACKETS];
static struct file_packet *free_packets;
static unsigned num_packets_made;

static struct file_packet *make_packet(void)
{
    struct file_packet *packet = free_packets;
    if (packet)
        free_packets = packet->next;
    else if (num_packets_made < MAX_PACKETS)
        packet = &packets[num_packets_made++];
    return packet;
}

static void free_packet(struct file_packet *packet)
{
    packet->next = free_packets;
    free_packets = packet;
}

// Takes the first packet, or NULL.
static struct file_packet *take(struct file *file)
{
    struct file_packet *packet = file->first;
    if (!packet)
        return NULL;
    file->first = packet->next;
    if (!file->first)
        file->last = &file->first;
    file->num_packets--;
    return packet;
}

void file_hang_up(struct file *file)
{
    struct file *peer = file->peer;
    struct file_packet *packet;
    file->peer = NULL;
    if (peer) {
        peer->peer = NULL;
        peer->is_reset = file->first != NULL;
    }
    while ((packet = take(file))) {
        for (unsigned i = 0; i < packet->num_files; i++)
            file_release(packet->files[i]);
        free_packet(packet);
    }
}

static int make_pair(enum file_kind kind, int ends[2])
{
    struct file *a = file_make(kind), *b = a ? file_make(kind) : NULL;
    if (!b) {
        if (a)
            file_release(a);
        return -1;
    }
    a->peer = b;
    b->peer = a;
    a->last = &a->first;
    b->last = &b->first;
    ends[0] = file_open(a);
    ends[1] = ends[0] < 0 ? -1 : file_open(b);
    if (ends[1] >= 0)
        return 0;
    if (ends[0] >= 0)
        close(ends[0]);
    else
        file_release(b);
    errno = EMFILE;
    return -1;
}

int __real_socketpair(int domain, int type, int protocol, int ends[2]);
int __wrap_socketpair(int domain, int type, int protocol, int ends[2]);
int __wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
    if (!fd_inside)
        return __real_socketpair(domain, type, protocol, ends);
    int err = fd_fails(CALL_SOCKETPAIR) ? -1 : make_pair(FILE_SOCKET, ends);
    if (!err && fd_on_socketpair)
        fd_on_socketpair(ends);
    return err;
}

int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags)
{
    if (!fd_inside)
        return __real_pipe2(ends, flags);
    return fd_fails(CALL_PIPE) ? -1 : make_pair(FILE_PIPE, ends);
}

int __real_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    if (fd < FD_FIRST)
        return __real_setsockopt(fd, level, option, value, len);
    struct file *file = file_of(fd);
    if (fd_fails(CALL_SETSOCKOPT))
        return -1;
    if (option == SO_PASSCRED)
        file->wants_credentials = true;
    // SO_PASSRIGHTS has no effect here. Even if the kernel does not refuse descriptors, the
    // launcher must not keep those that a task sends.
    return 0;
}

bool fd_send(int fd, const void *data, size_t len, const int *fds, unsigned num_fds, pid_t pid)
{
    struct file *file = file_of(fd), *peer = file->peer;
    if (file->is_reset || !peer) {
        errno = file->is_reset ? ECONNRESET : EPIPE;
        file->is_reset = false;
        return false;
    }
    for (unsigned i = 0; i < num_fds; i++) {
        if (!fd_is_open(fds[i]))
            target_fail("descriptor %d is sent, which is closed", fds[i]);
    }
    struct file_packet *packet = peer->num_packets < QUEUE_MAX ? make_packet() : NULL;
    if (!packet) {
        errno = EAGAIN;
        return false;
    }
    if (len > PACKET_SIZE || num_fds > PACKET_MAX_FDS)
        target_fail("a packet of %zu bytes with %u descriptors", len, num_fds);
    packet->next = NULL;
    packet->pid = pid;
    packet->len = len;
    packet->num_files = num_fds;
    for (unsigned i = 0; i < num_fds; i++) {
        packet->files[i] = file_of(fds[i]);
        packet->files[i]->refs++;
    }
    memcpy(packet->data, data, len);
    *peer->last = packet;
    peer->last = &packet->next;
    peer->num_packets++;
    fd_num_sent++;
    return true;
}

ssize_t __real_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    if (fd < FD_FIRST)
        return __real_sendmsg(fd, msg, flags);
    int fds[PACKET_MAX_FDS];
    unsigned num_fds = 0;
    const struct cmsghdr *c = msg->msg_control ? CMSG_FIRSTHDR(msg) : NULL;
    if (c) {
        num_fds = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        if (num_fds > PACKET_MAX_FDS)
            target_fail("%u descriptors are sent at once", num_fds);
        memcpy(fds, CMSG_DATA(c), num_fds * sizeof(int));
    }
    if (fd_fails(CALL_SENDMSG))
        return -1;
    const struct iovec *iov = msg->msg_iov;
    return fd_send(fd, iov->iov_base, iov->iov_len, fds, num_fds, getpid()) ? (ssize_t)iov->iov_len
                                                                            : -1;
}

// Appends a control message. False: there is no room.
static bool put_control(struct msghdr *msg, size_t *used, int type, const void *data, size_t len)
{
    if (*used + CMSG_SPACE(len) > msg->msg_controllen)
        return false;
    struct cmsghdr *c = (struct cmsghdr *)(void *)((uint8_t *)msg->msg_control + *used);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(c), data, len);
    *used += CMSG_SPACE(len);
    return true;
}

// Passes on the descriptors that came with a packet. Closes those for which there is no room.
static void put_files(struct msghdr *msg, size_t *used, const struct file_packet *packet)
{
    int fds[PACKET_MAX_FDS];
    if (packet->num_files == 0)
        return;
    bool fits = *used + CMSG_SPACE(packet->num_files * sizeof(int)) <= msg->msg_controllen;
    for (unsigned i = 0; i < packet->num_files; i++) {
        if (fits)
            fds[i] = file_open(packet->files[i]);
        else
            file_release(packet->files[i]);
        if (fits && fds[i] < 0)
            target_fail("there are too many descriptors");
    }
    if (!fits || !put_control(msg, used, SCM_RIGHTS, fds, packet->num_files * sizeof(int)))
        msg->msg_flags |= MSG_CTRUNC;
}

ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
    if (fd < FD_FIRST)
        return __real_recvmsg(fd, msg, flags);
    struct file *file = file_of(fd);
    msg->msg_flags = 0;
    if (file->is_reset) { // reported once, before the queued packets
        file->is_reset = false;
        errno = ECONNRESET;
        return -1;
    }
    struct file_packet *packet = take(file);
    size_t used = 0;
    if (!packet) {
        msg->msg_controllen = 0;
        errno = EAGAIN;
        return file->peer ? -1 : 0;
    }
    size_t len = MIN(packet->len, msg->msg_iov->iov_len);
    memcpy(msg->msg_iov->iov_base, packet->data, len);
    if (len < packet->len)
        msg->msg_flags |= MSG_TRUNC;
    const struct ucred cred = {.pid = packet->pid};
    if (file->wants_credentials && !put_control(msg, &used, SCM_CREDENTIALS, &cred, sizeof(cred)))
        msg->msg_flags |= MSG_CTRUNC;
    put_files(msg, &used, packet);
    msg->msg_controllen = used;
    free_packet(packet);
    return (ssize_t)len;
}

// A pipe is always empty: the processes that would write are not real.
ssize_t __real_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len)
{
    if (fd < FD_FIRST)
        return __real_read(fd, data, len);
    errno = EAGAIN;
    return file_of(fd)->peer ? -1 : 0;
}

short fd_events(int fd)
{
    const struct file *file = file_of(fd);
    unsigned events = 0;
    if (file->first || file->is_readable)
        events |= POLLIN;
    if (file->kind == FILE_PIPE && !file->peer)
        events |= POLLHUP;
    if (file->kind == FILE_SOCKET && !file->peer)
        events |= POLLIN | POLLHUP | POLLOUT | (file->is_reset ? POLLERR : 0u);
    if (file->kind == FILE_SOCKET && file->peer && file->peer->num_packets <= QUEUE_MAX / 2)
        events |= POLLOUT; // like the kernel, which waits until half of the room is free
    return (short)events;
}
