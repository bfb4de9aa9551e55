// A server of the newer version of changed.idl (see CMakeLists.txt): it answers whatever reaches
// it.
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
