// The network device: one task that serves `net`. This server waits for it, and it never waits for
// this server; so the two cannot wait for each other.
#include <idl/net.h>
#include <idl/tcpip_server.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <sched.h>
#include "stack.h"
#include "tcpip.h"

#define TRIES_MAX   4  // frames that go both ways
#define PATIENCE_MS 50 // to send one of those

// Frames pulled in a row, before the clients have their turn. One call of a client can send 64 KiB,
// which the device acknowledges with some 45 frames. With one frame for each call, acknowledgements
// would wait for seconds, and be taken for lost.
#define PULLS_MAX 64

static task_t device;
static task_t direct; // the one that has said that it takes frames which are sent to it

// How the device gets its frames.
static enum {
    UNKNOWN,
    DIRECT, // they are sent to it
    PULLED, // they are queued for it
} manner;
static unsigned num_tries;

static bool serves_net(task_t task)
{
    ipc_set_lookup_timeout(1);
    return ipc_lookup("net") == task;
}

void device_is_direct(task_t task)
{
    if (serves_net(task))
        direct = task;
}

error_t device_register(task_t task, const uint8_t mac[6], const struct options *options)
{
    if (!serves_net(task))
        return ERR_NOT_PERMITTED;
    if (device && device != task)
        INFO("task %d is the network device now", task);
    device = task;
    manner = task == direct ? DIRECT : UNKNOWN;
    num_tries = 0;
    // It waits for this answer: no frame before it.
    tcpip_register_device_reply(task);
    stack_device_up(mac);
    if (options->dhcp)
        dhcp_begin();
    else
        up_configured();
    return DONT_REPLY;
}

void device_answer_pull(task_t task)
{
    if (task == device && manner == UNKNOWN && !async_is_empty(task))
        manner = PULLED;
    async_reply(task);
}

void device_received(task_t task, const void *frame, size_t len)
{
    if (task == device)
        stack_input(frame, len);
}

// What the device has sent straight to us and we have not received yet.
static void take_sent(void (*handle)(struct message *m))
{
    struct message m;
    while (device > 0 && IS_OK(sys_ipc(0, device, &m, IPC_RECV | IPC_NOBLOCK)))
        handle(&m);
}

// Pulls a frame. Returns false when none came.
static bool pull_one(void (*handle)(struct message *m))
{
    // A notification comes before messages that were sent earlier. A device hands out nothing of
    // its queue before we have received those (netdevice.h), so that a frame that comes is the
    // next. One that it handed out after we had given up waiting is older than what it sent
    // straight since.
    static bool is_late;
    struct message m;
    if (!is_late)
        take_sent(handle);
    // A device that pulls sends what it receives, and answers no pull.
    if (device <= 0 || manner == PULLED)
        return false;
    error_t err = async_recv(device, &m);
    is_late = err == ERR_TIMEOUT;
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK)
        device = 0;
    if (IS_ERROR(err))
        return false;
    if (m.type == NET_RX_MSG)
        stack_input(m.net_rx.payload, m.net_rx.payload_len);
    ipc_free_payloads(&m);
    return true;
}

void device_pull(void (*handle)(struct message *m))
{
    for (int i = 0; i < PULLS_MAX && pull_one(handle); i++)
        ;
}

// One that takes what is sent to it receives soon; one that pulls may be waiting for us meanwhile.
static error_t try_to_send(struct message *m)
{
    uint64_t deadline = stack_now_ms() + PATIENCE_MS;
    error_t err;
    while ((err = ipc_send_noblock(device, m)) == ERR_WOULD_BLOCK && stack_now_ms() < deadline)
        sched_yield();
    return err;
}

void up_transmit(const void *frame, size_t len)
{
    struct message m = {.type = NET_TX_MSG};
    m.net_tx.payload = (void *)(uintptr_t)frame;
    m.net_tx.payload_len = len;
    if (device <= 0)
        return; // as on a cable that is not plugged in
    if (manner == UNKNOWN && num_tries++ == TRIES_MAX)
        manner = DIRECT;
    error_t err = OK;
    if (manner != DIRECT)
        err = async_send(device, &m); // what does not fit the queue is lost
    if (manner == UNKNOWN && IS_OK(err))
        err = try_to_send(&m);
    if (manner == DIRECT) {
        err = ipc_send_noblock(device, &m);
        if (err == ERR_WOULD_BLOCK)
            err = ipc_send(device, &m);
    }
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK)
        device = 0;
}
