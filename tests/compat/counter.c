// A server that answers with errors, and with the error OK if a reply has no fields.
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/timer.h>
#include <string.h>

static int total = 0;
static task_t late_client = 0;

void main(void)
{
    ASSERT_OK(ipc_serve("counter"));
    while (true) {
        struct message m;
        bzero(&m, sizeof(m));
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);

        switch (m.type) {
        case NOTIFICATIONS_MSG:
            // The client does not receive yet: this waits until it does.
            ASSERT_OK(ipc_send_err(late_client, ERR_IN_USE));
            ASSERT_OK(ipc_send_err(late_client, OK));
            break;
        case COUNTER_ADD_MSG:
            total += m.counter_add.value;
            ipc_send_err(m.src, OK);
            break;
        case COUNTER_RESET_MSG:
            total = 0;
            ipc_reply_err(m.src, OK);
            break;
        case COUNTER_REFUSE_MSG:
            ipc_send_err(m.src, m.counter_refuse.code);
            break;
        case COUNTER_TOTAL_MSG:
            m.type = COUNTER_TOTAL_REPLY_MSG;
            m.counter_total_reply.value = total;
            ipc_reply(m.src, &m);
            break;
        case COUNTER_TELL_LATE_MSG:
            late_client = m.src;
            timer_set(1);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
}
