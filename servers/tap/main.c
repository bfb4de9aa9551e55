// tap: serves `net`, a network device on a TAP interface of the host, which the suite names with
// `tap = NAME` and the launcher opens: the host sees the suite as a machine on that interface.
//
// Never waits for the TCP/IP server: frames for it are queued, and dropped when it does not take
// them, as a network does.
//
// Sandbox: profile "tap": what every task needs, and reading and writing that one descriptor.
#include <driver/irq.h>
#include <idl/net_server.h>
#include <idl/task.h>
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAP_IRQ   1
#define FRAME_MAX 1514
#define BATCH_MAX 64 // frames read in a row, before messages have their turn

// Of the suite's side; the host's side of the interface has its own.
static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};

static int fd;
static task_t tcpip;
static unsigned long long num_dropped;

// A frame for the TCP/IP server: straight to it while it waits and nothing is queued, else into the
// queue.
static void pass_up(void *frame, size_t len)
{
    struct message m = {.type = NET_RX_MSG};
    m.net_rx.payload = frame;
    m.net_rx.payload_len = len;
    if (tcpip <= 0)
        return;
    error_t err = async_is_empty(tcpip) ? ipc_send_noblock(tcpip, &m) : ERR_WOULD_BLOCK;
    if (err == ERR_WOULD_BLOCK)
        err = async_send(tcpip, &m);
    if (IS_ERROR(err) && num_dropped++ == 0)
        WARN("frames are dropped: %s", err2str(err));
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK)
        tcpip = 0;
}

static void read_frames(void)
{
    uint8_t frame[FRAME_MAX + 1]; // a longer one is cut, and shows
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
            pass_up(frame, (size_t)n);
    }
    error_t err = irq_watch_fd(fd, TAP_IRQ);
    if (IS_ERROR(err))
        PANIC("the interface cannot be watched: %s", err2str(err));
}

static void tx(task_t client, const void *frame, size_t len)
{
    // What the interface does not take now is lost, as on a cable.
    if (client == tcpip && len <= FRAME_MAX && write(fd, frame, len) < 0 && num_dropped++ == 0)
        WARN("frames are dropped: %s", strerror(errno));
}

static const struct net_ops net_ops = {.tx = tx};

// vm tells when the TCP/IP server has ended.
static void pull_exits(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG && m.task_exited.task == tcpip)
            tcpip = 0;
        ipc_free_payloads(&m);
    }
}

// Also after a restart of the TCP/IP server, which is another task then.
static void find_tcpip(void)
{
    while (tcpip <= 0) {
        task_t found = ipc_lookup("tcpip");
        if (IS_OK(found) && IS_OK(task_watch(VM_TASK, found)) &&
            IS_OK(tcpip_register_device(found, mac)))
            tcpip = found;
    }
}

void main(void)
{
    fd = task_file("tap");
    if (fd < 0) {
        oolong_log("error: ", "the suite gives no interface: tap = NAME");
        exit(EXIT_FAILURE);
    }
    ASSERT_OK(ipc_serve("net"));
    find_tcpip();
    read_frames();
    while (true) {
        struct message m;
        find_tcpip();
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type == NOTIFICATIONS_MSG && m.src == KERNEL_TASK) {
            if (m.notifications.data & NOTIFY_ASYNC)
                pull_exits();
            if (m.notifications.data & NOTIFY_IRQ)
                read_frames();
        } else if (m.type == ASYNC_MSG) {
            async_reply(m.src);
        } else if (!net_dispatch(&net_ops, &m)) {
            discard_unknown_message(&m);
        }
    }
}
