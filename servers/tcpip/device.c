// The network device: the task that serves `net`. This server waits for the device. The device
// never waits for this server, so the two cannot wait for each other.
#include <idl/net.h>
#include <idl/tcpip_server.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <sched.h>
#include "stack.h"
#include "tcpip.h"

#define TRIES_MAX   4  // frames that are both sent and queued, while it is not known what works
#define PATIENCE_MS 50 // milliseconds to try to send one of those

// How many frames are fetched in a row before a client is served. One call of a client can send 64
// KiB, and the peer acknowledges that with some 45 frames. With one frame for each call, the
// acknowledgements would wait for seconds, and their data would be sent again.
#define PULLS_MAX 64

static task_t device;
static task_t direct; // the task that has said that it takes frames which are sent to it

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

// Takes the frames that the device has sent and that were not received yet.
static void take_sent(void (*handle)(struct message *m))
{
    struct message m;
    while (device > 0 && IS_OK(sys_ipc(0, device, &m, IPC_RECV | IPC_NOBLOCK)))
        handle(&m);
}

// Fetches one frame from the device's queue. False: none came.
static bool pull_one(void (*handle)(struct message *m))
{
    // A notification overtakes messages that were sent before it. The device hands out nothing of
    // its queue until those are received (netdevice.h), so the frame that it hands out is the next
    // one. But after a timeout, the frame that comes late is older than those that were sent since.
    static bool is_late;
    struct message m;
    if (!is_late)
        take_sent(handle);
    // A device that fetches its frames sends those for us, and is never asked.
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

// A device that takes frames which are sent to it receives soon. One that fetches its frames may be
// waiting for us, so this gives up after PATIENCE_MS.
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
        return; // lost, as on a cable that is not plugged in
    if (manner == UNKNOWN && num_tries++ == TRIES_MAX)
        manner = DIRECT;
    error_t err = OK;
    if (manner != DIRECT)
        err = async_send(device, &m); // lost if the queue is full
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
