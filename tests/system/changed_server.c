// A server that was built with the newer version of changed.idl (see CMakeLists.txt). It answers
// every message that reaches it.
#include <oolong/message.h>
#include <resea/ipc.h>
#include <resea/printf.h>

void main(void)
{
    ASSERT_OK(ipc_serve("changed"));
    for (;;) {
        struct message m;
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
        m.type = MSG_ID(m.type) | MSG_REPLY_BIT;
        ipc_reply(m.src, &m);
    }
}
