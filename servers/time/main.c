// time: serves `time`, the time of day in seconds.
//
// Sandbox: profile "plain".
#include <idl/time_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <time.h>

static error_t time_do_gettimeofday(task_t client, uint64_t *unixtime)
{
    (void)client;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *unixtime = (uint64_t)now.tv_sec;
    return OK;
}

static const struct time_ops time_ops = {
    .gettimeofday = time_do_gettimeofday,
};

void main(void)
{
    ASSERT_OK(ipc_serve("time"));
    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !time_dispatch(&time_ops, &m))
            discard_unknown_message(&m);
    }
}
