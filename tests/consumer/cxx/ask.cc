// The client in C++. Its command line is one word.
#include <cstdlib>
#include <cstring>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <idl/words.h>

void main(const char *cmdline)
{
    decltype(message::words_count_reply.words) words;
    task_t server = ipc_lookup("words");
    error_t err = words_count(server, cmdline, &words);
    void *reversed = nullptr;
    size_t len = 0;
    if (err == OK)
        err = words_reverse(server, cmdline, std::strlen(cmdline), &reversed, &len);
    if (err == OK)
        printf("%u %.*s\n", static_cast<unsigned>(words), static_cast<int>(len),
               static_cast<const char *>(reversed));
    else
        printf("%s\n", err2str(err));
    std::free(reversed);
    printf_flush();
}
