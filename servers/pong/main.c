// pong: the smallest server, and a template for others. It serves `pong`: it answers one kind of
// message and discards all others.
//
// Sandbox: profile "plain".
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>

void main(void)
{
    ASSERT_OK(ipc_serve("pong"));

    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;

        switch (m.type) {
        case PONG_PING_MSG: {
            int value = m.pong_ping.value;
            m.type = PONG_PING_REPLY_MSG;
            m.pong_ping_reply.value = value;
            ipc_reply(m.src, &m);
            break;
        }
        default:
            discard_unknown_message(&m);
        }
    }
}
