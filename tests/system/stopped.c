// For stopped.sh: a server, a client with large answers that the script stops at any moment, and a
// client with small answers, which must not be delayed by that.
//
//   test_stopped server | large | small
//
// Both clients print their progress: "large N" for each answer, "small N" for each hundred.

#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/stage.h>
#include <idl/stage_server.h>
#include <config.h>
#include <string.h>

static error_t on_make(task_t from, size_t len, uint seed, void **data, size_t *data_len)
{
    (void)from;
    *data = malloc(len + 1);
    if (!*data)
        return ERR_NO_MEMORY;
    memset(*data, (int)seed, len);
    *data_len = len;
    return OK;
}

static void serve(void)
{
    static const struct stage_ops ops = {.make = on_make};
    ASSERT_OK(ipc_serve("maker"));
    for (;;) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !stage_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}

static void call(task_t server, size_t len, uint8_t seed)
{
    void *data;
    size_t data_len = 0;
    error_t err = stage_make(server, len, seed, &data, &data_len);
    if (err != OK || data_len != len)
        printf("CHECK FAILED: %s, %zu bytes of %zu\n", err2str(err), data_len, len);
    ASSERT_OK(err);
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i += 509) {
        if (bytes[i] != seed) {
            printf("CHECK FAILED: byte %zu of the answer is wrong\n", i);
            break;
        }
    }
    free(data);
}

void main(void)
{
    const char *part = task_argc() > 1 ? task_argv()[1] : "";
    if (!strcmp(part, "server"))
        serve();
    bool is_large = !strcmp(part, "large");
    task_t server = ipc_lookup("maker");
    ASSERT(server > 0);
    for (unsigned n = 1;; n++) {
        call(server, is_large ? CONFIG_OOL_BUFFER_LEN : 64, (uint8_t)n);
        if (is_large || n % 100 == 0)
            printf("%s %u\n", part, n);
    }
}
