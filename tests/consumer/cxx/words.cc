// The server in C++.
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <idl/words_server.h>

static error_t count(task_t, const char *text, uint *words)
{
    std::istringstream stream(text);
    std::string word;
    *words = 0;
    while (stream >> word)
        ++*words;
    return OK;
}

static error_t reverse(task_t, const void *data, size_t data_len, void **reversed,
                       size_t *reversed_len)
{
    if (data_len == 0)
        return ERR_EMPTY;
    char *copy = static_cast<char *>(std::malloc(data_len));
    if (!copy)
        return ERR_NO_MEMORY;
    const char *bytes = static_cast<const char *>(data);
    std::reverse_copy(bytes, bytes + data_len, copy);
    *reversed = copy;
    *reversed_len = data_len;
    return OK;
}

void main(void)
{
    words_ops ops = {};
    ops.count = count;
    ops.reverse = reverse;
    ASSERT_OK(ipc_serve("words"));
    for (;;) {
        message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !words_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}
