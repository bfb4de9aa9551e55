// bench_child: tells the task given as its argument that it runs, and ends. With the argument
// "stay", it waits for ever instead. The benchmark measures its start, and the cost of an idle
// task.
//
// Sandbox: profile "plain".
#include <idl/bench.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>

void main(void)
{
    if (task_argc() < 2) {
        fprintf(stderr, "usage: bench_child TASK [stay]\n");
        exit(2);
    }
    ASSERT_OK(bench_born((task_t)strtol(task_argv()[1], NULL, 10)));
    while (task_argc() > 2) {
        struct message m;
        if (IS_OK(ipc_recv(IPC_ANY, &m)))
            discard_unknown_message(&m);
    }
}
