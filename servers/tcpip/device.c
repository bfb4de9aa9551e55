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

#define TRIES_MAX   4  // frames sent both ways, until it is known which way works
#define PATIENCE_MS 50 // for this time, sending one of those frames is tried again

// The number of frames that are fetched in a row before a client is served. One call of a client
// can send 64 KiB, and the peer acknowledges that with about 45 frames. If one frame were fetched
// for each call, acknowledgements would wait for seconds, and the stack would send the data again.
#define PULLS_MAX 64

static task_t device;
static task_t direct; // the task that has announced that it takes frames by message

// How the device gets its frames.
static enum {
    UNKNOWN,
    DIRECT, // this server sends them
    PULLED, // the device fetches them from a queue
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
    // The device waits for this answer, so the answer must come before any frame.
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
    // A notification overtakes messages that were sent before it. The device gives out no frame of
    // its queue until those messages are received (netdevice.h). So the fetched frame is the next
    // one. But after a timeout, the late frame is older than the frames that the device has sent
    // since.
    static bool is_late;
    struct message m;
    if (!is_late)
        take_sent(handle);
    // A device that fetches its frames from us sends us the frames that it receives. So it has no
    // queue for us.
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

// A device that takes frames by message receives soon. A device that fetches its frames may be
// waiting for us, so this function gives up after PATIENCE_MS.
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
        return; // the frame is lost, as on an unplugged cable
    if (manner == UNKNOWN && num_tries++ == TRIES_MAX)
        manner = DIRECT;
    error_t err = OK;
    if (manner != DIRECT)
        err = async_send(device, &m); // the frame is lost if the queue is full
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
