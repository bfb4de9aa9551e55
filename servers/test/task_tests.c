// Tests of launching, watching and ending tasks, and of the launcher's table.
#include <idl/task.h>
#include <message.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <string.h>
#include "test.h"

// Waits until vm says that `task` has ended.
static bool wait_for_exit(task_t task)
{
    while (true) {
        struct message m;
        error_t err;
        test_wait_for(NOTIFY_ASYNC);
        while ((err = async_recv(VM_TASK, &m)) == OK) {
            if (m.type == TASK_EXITED_MSG && m.task_exited.task == task)
                return true;
        }
        if (err != ERR_EMPTY)
            return false;
    }
}

static void launched_task_is_watched_to_its_end(void)
{
    task_t task;
    EXPECT_OK(task_launch(VM_TASK, "hello", &task));
    EXPECT(task > 0 && task != task_self());
    EXPECT_OK(task_watch(VM_TASK, task));
    EXPECT(wait_for_exit(task));
}

static void watch_of_an_ended_task_tells_at_once(void)
{
    task_t task;
    EXPECT_OK(task_launch(VM_TASK, "hello", &task));
    EXPECT_OK(task_watch(VM_TASK, task));
    EXPECT(wait_for_exit(task));
    EXPECT_OK(task_watch(VM_TASK, task));
    EXPECT(wait_for_exit(task));
}

static void watch_of_nobody_fails(void)
{
    EXPECT_ERR(task_watch(VM_TASK, 0x3ffff00), ERR_INVALID_TASK);
    EXPECT_ERR(task_watch(VM_TASK, task_self()), ERR_INVALID_ARG);
    EXPECT_ERR(task_unwatch(VM_TASK, 0x3ffff00), ERR_NOT_FOUND);
}

static void launch_of_an_unknown_program_is_not_found(void)
{
    task_t task;
    EXPECT_ERR(task_launch(VM_TASK, "no_such_program", &task), ERR_NOT_FOUND);
}

static void destroy_of_vm_is_refused(void)
{
    EXPECT_ERR(task_destroy(VM_TASK), ERR_NOT_PERMITTED);
    EXPECT_ERR(task_destroy(0x3ffff00), ERR_INVALID_TASK);
}

static void table_of_tasks_names_us(void)
{
    static char text[64 * 1024];
    EXPECT_OK(sys_kdebug("ps", 2, text, sizeof(text)));
    EXPECT(strstr(text, task_name()) != NULL);
    EXPECT(strstr(text, "launcher") != NULL);
    EXPECT_OK(sys_kdebug("_", 1, text, sizeof(text)));
    EXPECT(IS_ERROR(sys_kdebug("no such command", 15, text, sizeof(text))));
}

const struct test task_tests[] = {
    {"a launched task is watched to its end", launched_task_is_watched_to_its_end},
    {"a watch of an ended task tells at once", watch_of_an_ended_task_tells_at_once},
    {"a watch of nobody fails", watch_of_nobody_fails},
    {"a launch of an unknown program is not found", launch_of_an_unknown_program_is_not_found},
    {"destroying vm is refused", destroy_of_vm_is_refused},
    {"the table of tasks names us", table_of_tasks_names_us},
    {0},
};
