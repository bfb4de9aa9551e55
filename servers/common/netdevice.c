// A network device's dealings with the TCP/IP server. Owns which task that is.
#include "netdevice.h"
#include <idl/net.h>
#include <idl/task.h>
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>

static task_t tcpip; // 0: it is to be looked up

// The way in which the server gives us frames.
static enum {
    UNKNOWN,
    DIRECT, // it sends them
    QUEUED, // it queues them, as Resea's does, and never waits for us
} manner;
static unsigned long long num_dropped;

void netdevice_find_tcpip(const uint8_t mac[6])
{
    while (tcpip <= 0) {
        task_t found = ipc_lookup("tcpip");
        if (IS_ERROR(found) || IS_ERROR(task_watch(VM_TASK, found)))
            continue;
        (void)net_direct(found); // a server that does not know this message ignores it
        if (IS_OK(tcpip_register_device(found, mac))) {
            tcpip = found;
            manner = UNKNOWN;
        }
    }
}

bool netdevice_takes_from(task_t task)
{
    if (task != tcpip)
        return false;
    manner = DIRECT;
    return true;
}

void netdevice_dropped(const char *why)
{
    if (num_dropped++ == 0)
        WARN("frames are dropped: %s", why);
}

void netdevice_pass_up(const void *frame, size_t len)
{
    struct message m = {.type = NET_RX_MSG};
    m.net_rx.payload = (void *)(uintptr_t)frame;
    m.net_rx.payload_len = len;
    if (tcpip <= 0)
        return;
    error_t err = manner == QUEUED        ? ipc_send(tcpip, &m)
                  : async_is_empty(tcpip) ? ipc_send_noblock(tcpip, &m)
                                          : ERR_WOULD_BLOCK;
    if (err == ERR_WOULD_BLOCK)
        err = async_send(tcpip, &m);
    if (IS_ERROR(err))
        netdevice_dropped(err2str(err));
    if (err == ERR_ABORTED || err == ERR_INVALID_TASK)
        tcpip = 0;
}

void netdevice_answer_pull(task_t task)
{
    if (task != tcpip || async_is_empty(task) || ipc_noblock_is_taken(task)) {
        async_reply(task);
        return;
    }
    ipc_reply_err(task, ERR_EMPTY);
    error_t err = ipc_notify(task, NOTIFY_ASYNC);
    if (IS_ERROR(err))
        netdevice_dropped(err2str(err));
}

// Fetches queued frames. A server that sends its frames is not asked: it has none queued, and it
// may be waiting for us now.
static void pull_frames(void (*tx)(const void *frame, size_t len))
{
    struct message m;
    while (tcpip > 0 && manner != DIRECT && async_recv(tcpip, &m) == OK) {
        if (m.type == NET_TX_MSG) {
            manner = QUEUED;
            tx(m.net_tx.payload, m.net_tx.payload_len);
        }
        ipc_free_payloads(&m);
    }
}

void netdevice_pull(void (*tx)(const void *frame, size_t len))
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG && m.task_exited.task == tcpip)
            tcpip = 0;
        ipc_free_payloads(&m);
    }
    pull_frames(tx);
}
