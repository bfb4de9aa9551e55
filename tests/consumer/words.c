// A server outside the tree: a table of handlers for the dispatcher that idlc makes from words.idl.
#include <ctype.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <idl/words_server.h>

static error_t count(task_t client, const char *text, uint *words)
{
    (void)client;
    *words = 0;
    for (const char *p = text; *p; p++)
        *words += !isspace((unsigned char)*p) && (p == text || isspace((unsigned char)p[-1]));
    return OK;
}

static error_t reverse(task_t client, const void *data, size_t data_len, void **reversed,
                       size_t *reversed_len)
{
    (void)client;
    if (!data_len)
        return ERR_EMPTY;
    uint8_t *buf = malloc(data_len);
    if (!buf)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < data_len; i++)
        buf[i] = ((const uint8_t *)data)[data_len - 1 - i];
    *reversed = buf;
    *reversed_len = data_len;
    return OK;
}

static const struct words_ops ops = {.count = count, .reverse = reverse};

void main(void)
{
    ASSERT_OK(ipc_serve("words"));
    while (true) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !words_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}
