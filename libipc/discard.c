// Owns what a server does with a message that it does not know.

#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "channel.h"
#include "send.h"

void discard_unknown_message(struct message *m)
{
    if (m->type == ASYNC_MSG && !async_is_empty(m->src)) {
        (void)async_reply(m->src);
        return;
    }
    WARN("unknown message %s from task %d", msgtype2str(m->type), m->src);
    ipc_free_payloads(m);
    struct channel *ch = channel_find(m->src);
    if (ch && m->type == ASYNC_MSG)
        (void)!send_pull_answer(ch, &(struct message){.type = ERR_NOT_ACCEPTABLE});
    else if (ch && ch->call.open)
        ipc_reply_err(m->src, ERR_NOT_ACCEPTABLE);
}
