// benchmark_server: serves `benchmark`, whose calls are measured. A reply's payload is the
// request's memory, so the server itself copies nothing.
//
// Sandbox: profile "plain".
#include <message.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>

static void echo(struct message *m)
{
    void *data = m->benchmark_nop_with_ool.data;
    size_t data_len = m->benchmark_nop_with_ool.data_len;
    m->type = BENCHMARK_NOP_WITH_OOL_REPLY_MSG;
    m->benchmark_nop_with_ool_reply.data = data;
    m->benchmark_nop_with_ool_reply.data_len = data_len;
    ipc_reply(m->src, m);
    free(data);
}

void main(void)
{
    ASSERT_OK(ipc_serve("benchmark"));
    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;

        switch (m.type) {
        case BENCHMARK_NOP_MSG:
            m.type = BENCHMARK_NOP_REPLY_MSG;
            // The product is unsigned, so it is defined for each value.
            m.benchmark_nop_reply.value = (int)((unsigned)m.benchmark_nop.value * 7);
            ipc_reply(m.src, &m);
            break;
        case BENCHMARK_NOP_WITH_OOL_MSG:
            echo(&m);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
}
