// For ring.sh: one task of a cycle. Each task calls the next one, and none answers.
//
//   test_ring OWN-NAME NEXT-NAME

#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/blk.h>

void main(void)
{
    ASSERT(task_argc() == 3);
    ASSERT_OK(ipc_serve(task_argv()[1]));
    task_t next = ipc_lookup(task_argv()[2]);
    ASSERT(next > 0);
    struct message m = {.type = BLK_READ_MSG};
    error_t err = ipc_call(next, &m);
    printf("it went on: %s\n", err2str(err));
}
