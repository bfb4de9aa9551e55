// The TCP/IP server of a network device.
#include "netdevice.h"
#include <idl/net.h>
#include <idl/task.h>
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>

static task_t tcpip; // 0: it is to be looked up
static unsigned long long num_dropped;

void netdevice_find_tcpip(const uint8_t mac[6])
{
    while (tcpip <= 0) {
        task_t found = ipc_lookup("tcpip");
        if (IS_OK(found) && IS_OK(task_watch(VM_TASK, found)) &&
            IS_OK(tcpip_register_device(found, mac))) {
            tcpip = found;
        }
    }
}

bool netdevice_is_tcpip(task_t task)
{
    return task == tcpip;
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
    error_t err = async_is_empty(tcpip) ? ipc_send_noblock(tcpip, &m) : ERR_WOULD_BLOCK;
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

void netdevice_pull_exits(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        if (m.type == TASK_EXITED_MSG && m.task_exited.task == tcpip)
            tcpip = 0;
        ipc_free_payloads(&m);
    }
}
