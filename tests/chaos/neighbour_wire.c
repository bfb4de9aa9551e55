// Neighbours that misuse channels and state pages.

#include <sys/socket.h>
#include <unistd.h>
#include "neighbour.h"

static struct channel *channel_to(task_t task)
{
    (void)!ipc_notify(task, 0); // creates the channel
    return channel_find(task);
}

static error_t send_raw(struct channel *ch, enum wire_kind kind, int type)
{
    static uint32_t seq;
    struct packet packet = {.type = type};
    seq = seq % WIRE_SEQ_MASK + 1;
    return ch && ch->fd >= 0 ? link_send(ch, &packet, kind, seq, 0, false) : ERR_ABORTED;
}

// Sends as much of everything as it can, first by the rules, then without waiting for any answer.
void flooder(void)
{
    struct message m;
    for (int i = 0; i < 1000; i++) {
        (void)!ipc_notify(pair, 0xff);
        m = (struct message){.type = INVALID_MSG};
        (void)!ipc_send_noblock(pair, &m);
        m = (struct message){.type = INVALID_MSG};
        (void)!ipc_call(pair, &m);
        m = (struct message){.type = INVALID_MSG};
        (void)!async_send(pair, &m);
        m = (struct message){.type = BENCHMARK_NOP_MSG};
        (void)!ask_vm(&m);
        (void)!sys_kdebug("ps", 2, NULL, 0);
        did_it();
    }
    struct channel *ch = channel_to(pair);
    for (int i = 0; i < 50000; i++) { // most of these do not fit into the channel
        if (!ch || send_raw(ch, WIRE_SEND, INVALID_MSG) == ERR_ABORTED)
            break;
        did_it();
    }
    for (;;) { // until the launcher kills this task
        struct packet packet = {.type = CTL_KDEBUG, .text = {.len = 2, .text = "ps"}};
        (void)!link_send(channel_find(KERNEL_TASK), &packet, WIRE_CONTROL, 0, 0, false);
        did_it();
    }
}

// Writes random values into its page while it makes a few calls of every kind.
void liar(void)
{
    static uint8_t data[4096];
    uint64_t *page = (uint64_t *)(void *)ipc_own_page();
    struct channel *ch = channel_to(pair);
    for (;;) {
        for (size_t i = 0; i < sizeof(struct state_page) / sizeof(*page); i++) {
            uint64_t value = board_random(&dice);
            if (i == 0) // the wait word: some kind of wait for a task that exists
                value = (value % 6) << 56 | (value >> 32 & 0xffffff) << 32 | (value >> 8) % 6;
            page[i] = i % 3 ? value : value & 0xff00ff00ff00ff;
        }
        (void)!send_raw(ch, WIRE_DOORBELL, 0);
        struct message m = {.type = NET_RX_MSG}; // the server does not know this type
        m.net_rx.payload = data;
        m.net_rx.payload_len = sizeof(data);
        if (ch && ch->fd >= 0)
            (void)!ipc_call(pair, &m);
        m = (struct message){.type = OOL_RECV_MSG};
        m.ool_recv.region = OOL_REGION_ANNOUNCE;
        m.ool_recv.src = pair;
        (void)!ask_vm(&m);
        m = (struct message){.type = BENCHMARK_NOP_MSG};
        (void)!ask_vm(&m);
        did_it();
    }
}

// Sends requests and never reads an answer: first to the server, then to vm, then to the launcher.
void mute(void)
{
    struct channel *to[] = {channel_to(pair), channel_find(VM_TASK), channel_find(KERNEL_TASK)};
    static const int types[] = {INVALID_MSG, BENCHMARK_NOP_MSG};
    for (int i = 0; i < 2; i++) {
        error_t err = OK;
        for (int full = 0; full < 20000 && err != ERR_ABORTED; full += err == ERR_WOULD_BLOCK) {
            err = send_raw(to[i], WIRE_CALL, types[i]);
            did_it();
        }
    }
    struct packet packet = {.type = CTL_KDEBUG, .text = {.len = 1, .text = "_"}};
    while (link_send(to[2], &packet, WIRE_CONTROL, 0, 0, false) != ERR_ABORTED)
        did_it();
}

static void send_descriptors(int fd, int num)
{
    struct packet packet = {.type = INVALID_MSG, .word = wire_word(WIRE_SEND, 1, 0)};
    union {
        char buf[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {&packet, sizeof(packet)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf};
    msg.msg_controllen = CMSG_SPACE((size_t)num * sizeof(int));
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN((size_t)num * sizeof(int));
    for (int i = 0; i < num; i++)
        memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &(int){STDERR_FILENO}, sizeof(int));
    for (int i = 0; i < 100; i++) {
        if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            break;
        did_it();
    }
}

// Sends descriptors to a peer that does not accept them, in each life to another peer. That channel
// ends. The task ends too if it cannot live without that channel.
void descriptor_sender(void)
{
    const task_t whom[] = {pair, VM_TASK, KERNEL_TASK};
    struct channel *ch = channel_to(whom[atomic_load(&role->lives) % 3]);
    struct message m = {.type = BENCHMARK_NOP_MSG};
    if (ch)
        send_descriptors(ch->fd, 1 + (int)(board_random(&dice) % 16));
    (void)!ask_vm(&m); // vm has read the descriptors once it answers
}
