// For main_task.sh: `test_scenario say NAME COUNT STATUS` prints a line COUNT times and exits with
// STATUS, or crashes if STATUS is negative.

#include <stdlib.h>
#include "scenario.h"

void say(void)
{
    CHECK(task_argc() == 5);
    int count = atoi(task_argv()[3]);
    int status = atoi(task_argv()[4]);
    for (int i = 1; i <= count; i++)
        printf("%s says %d\n", task_argv()[2], i);
    printf_flush();
    if (status < 0)
        __builtin_trap();
    exit(status);
}
