// random: serves `random` from the kernel's generator.
//
// Sandbox: profile "random": the system calls of every task, and getrandom.
#include <idl/random_server.h>
#include <message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <sys/random.h>

static error_t random_do_get_random(task_t client, uint32_t *random_number)
{
    (void)client;
    ssize_t len = getrandom(random_number, sizeof(*random_number), 0);
    return len == (ssize_t)sizeof(*random_number) ? OK : ERR_UNAVAILABLE;
}

static const struct random_ops random_ops = {
    .get_random = random_do_get_random,
};

void main(void)
{
    ASSERT_OK(ipc_serve("random"));
    while (true) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)) && !random_dispatch(&random_ops, &m))
            discard_unknown_message(&m);
    }
}
