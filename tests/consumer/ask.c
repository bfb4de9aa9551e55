// A client outside the tree: prints the answers of the words server for its arguments.
#include <stdlib.h>
#include <string.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/words.h>

void main(void)
{
    task_t server = ipc_lookup("words");
    ASSERT_OK(server);
    for (int i = 1; i < task_argc(); i++) {
        const char *text = task_argv()[i];
        uint words;
        void *reversed;
        size_t len;
        ASSERT_OK(words_count(server, text, &words));
        error_t err = words_reverse(server, text, strlen(text), &reversed, &len);
        if (IS_ERROR(err)) {
            printf("%u %s\n", words, err2str(err));
            printf_flush();
            exit(3);
        }
        printf("%u %.*s\n", words, (int)len, (char *)reversed);
        free(reversed);
    }
    printf_flush();
}
