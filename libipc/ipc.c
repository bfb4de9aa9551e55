// Owns the public calls, which send.c and receive.c carry out.

#include <resea/ipc.h>
#include <oolong/internal.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include "channel.h"
#include "control.h"
#include "inbox.h"
#include "link.h"
#include "receive.h"
#include "self.h"
#include "send.h"

error_t sys_ipc(task_t dst, task_t src, struct message *m, unsigned flags)
{
    bool noblock = flags & IPC_NOBLOCK;
    if (flags & IPC_KERNEL)
        return ERR_INVALID_ARG;
    if (flags & IPC_SEND) {
        if ((flags & IPC_RECV) && dst == src && !noblock)
            return send_and_wait(dst, m, true);
        OK_OR_RETURN(noblock ? send_noblock(dst, m) : send_and_wait(dst, m, false));
    }
    if (!(flags & IPC_RECV))
        return OK;
    if (src < 0)
        return ERR_INVALID_TASK;
    return src == IPC_ANY ? receive_open(m, noblock) : receive_closed(src, m, noblock);
}

error_t ipc_send(task_t dst, struct message *m)
{
    return send_and_wait(dst, m, false);
}

error_t ipc_send_noblock(task_t dst, struct message *m)
{
    return send_noblock(dst, m);
}

error_t ipc_send_err(task_t dst, error_t error)
{
    // A task in a call gets the error as its answer. Any other task gets it by a receive.
    struct message m = {.type = error};
    struct channel *ch = channel_find(dst);
    if (error > OK)
        return ERR_INVALID_ARG;
    return ch && ch->call.open ? send_noblock(dst, &m) : send_and_wait(dst, &m, false);
}

error_t ipc_recv(task_t src, struct message *m)
{
    return sys_ipc(0, src, m, IPC_RECV);
}

error_t ipc_call(task_t dst, struct message *m)
{
    return send_and_wait(dst, m, true);
}

error_t ipc_replyrecv(task_t dst, struct message *m)
{
    if (dst >= 0 && m->type != DONT_REPLY)
        ipc_reply(dst, m);
    return receive_open(m, false);
}

// Whether the peer waits for the answer to a pull and not to a call.
static bool has_pull_alone(task_t dst)
{
    const struct channel *ch = channel_find(dst);
    return ch && !ch->call.open && ch->call.taken_pull;
}

void ipc_reply(task_t dst, struct message *m)
{
    error_t err =
        has_pull_alone(dst) ? send_pull_answer(channel_find(dst), m) : send_noblock(dst, m);
    // It is normal that a caller ends before it gets its answer. Other errors are logged.
    if (IS_ERROR(err) && err != ERR_ABORTED && err != ERR_INVALID_TASK)
        WARN("could not reply %s to task %d: %s", msgtype2str(m->type), dst, err2str(err));
}

void ipc_reply_err(task_t dst, error_t error)
{
    struct message m = {.type = error};
    if (error != DONT_REPLY && error <= OK)
        ipc_reply(dst, &m);
}

error_t ipc_notify(task_t dst, notifications_t notifications)
{
    if (dst == ipc_self.boot.task) {
        inbox_pend(notifications);
        return OK;
    }
    struct channel *ch;
    OK_OR_RETURN(control_connect(dst, &ch));
    return link_notify(ch, notifications);
}

const struct state_page *ipc_peer_page(task_t task)
{
    struct channel *ch = channel_find(task);
    return ch ? ch->peer.page : NULL;
}

error_t sys_notify(task_t dst, notifications_t notifications)
{
    return ipc_notify(dst, notifications);
}
