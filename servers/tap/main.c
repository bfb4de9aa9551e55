// tap: serves `net`, a network device on a TAP interface of the host, which the suite file names
// with `tap = NAME` and the launcher opens. The host sees the suite as a machine on that interface.
//
// It never waits for the TCP/IP server. Frames for that server are queued. When the queue is full,
// they are dropped, as in any network.
//
// Sandbox: profile "tap", which allows what every task needs, and reading and writing the
// descriptor of the interface.
#include <driver/irq.h>
#include <idl/net_server.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "netdevice.h"

#define TAP_IRQ   1
#define FRAME_MAX 1514
#define BATCH_MAX 64 // frames read in a row, before messages have their turn

// The address of the suite's side. The host's side of the interface has its own.
static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};

static int fd;

static void read_frames(void)
{
    uint8_t frame[FRAME_MAX + 1]; // one byte more, so that a longer frame is noticed
    for (int i = 0; i < BATCH_MAX; i++) {
        ssize_t n = read(fd, frame, sizeof(frame));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            oolong_log("error: ", "the interface is gone: %s", strerror(errno));
            exit(EXIT_FAILURE);
        }
        if (n <= 0)
            break;
        if (n <= FRAME_MAX)
            netdevice_pass_up(frame, (size_t)n);
    }
    error_t err = irq_watch_fd(fd, TAP_IRQ);
    if (IS_ERROR(err))
        PANIC("the interface cannot be watched: %s", err2str(err));
}

static void transmit(const void *frame, size_t len)
{
    // A frame that the interface does not take now is lost, as on a cable.
    if (len <= FRAME_MAX && write(fd, frame, len) < 0)
        netdevice_dropped(strerror(errno));
}

static void tx(task_t client, const void *frame, size_t len)
{
    if (netdevice_takes_from(client))
        transmit(frame, len);
}

static const struct net_ops net_ops = {.tx = tx};

void main(void)
{
    fd = task_file("tap");
    if (fd < 0) {
        oolong_log("error: ", "the suite gives no interface: tap = NAME");
        exit(EXIT_FAILURE);
    }
    ASSERT_OK(ipc_serve("net"));
    netdevice_find_tcpip(mac);
    read_frames();
    while (true) {
        struct message m;
        netdevice_find_tcpip(mac);
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG) {
            if (m.notifications.data & NOTIFY_ASYNC)
                netdevice_pull(transmit);
            if (m.notifications.data & NOTIFY_IRQ)
                read_frames();
        } else if (m.type == ASYNC_MSG) {
            netdevice_answer_pull(m.src);
        } else if (!net_dispatch(&net_ops, &m)) {
            discard_unknown_message(&m);
        }
    }
}
