// Commands on tasks.
#include "shell.h"
#include <idl/task.h>
#include <oolong/wire.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "output.h"

#define PS_LEN (128 * 1024)

// The launcher's table of tasks. The caller frees it. On NULL, `*err` says why.
static char *read_table(error_t *err)
{
    char *text = malloc(PS_LEN);
    *err = text ? sys_kdebug("ps", 2, text, PS_LEN) : ERR_NO_MEMORY;
    if (IS_OK(*err))
        return text;
    free(text);
    return NULL;
}

char *task_table(void)
{
    error_t err;
    return read_table(&err);
}

// As above, but prints the error. NULL: the launcher refused.
static char *get_table(void)
{
    error_t err;
    char *text = read_table(&err);
    if (!text)
        complain(err == ERR_NOT_PERMITTED ? "ps needs 'rights = inspect' in the suite file" : "ps",
                 err);
    return text;
}

bool cmd_ps(unsigned argc, char **argv)
{
    (void)argc, (void)argv;
    char *text = get_table();
    if (!text)
        return false;
    printf("%s", text);
    free(text);
    return true;
}

// Finds a task by its number, or by its name in the table.
static bool find_task(const char *name, task_t *task)
{
    unsigned long long number;
    if (parse_number(name, INT32_MAX, &number)) {
        *task = (task_t)number;
        return true;
    }

    char *text = get_table();
    bool found = false;
    char *rest = text, *line;
    while (text && !found && (line = strsep(&rest, "\n"))) {
        int id;
        char in_table[64];
        found = sscanf(line, "%d %63s", &id, in_table) == 2 && strcmp(in_table, name) == 0;
        if (found)
            *task = id;
    }
    if (text && !found)
        fprintf(errors(), "%s: no such task\n", name);
    free(text);
    return found;
}

// Watches a task. A script waits until the task has ended. At a terminal, the user can go on.
static bool watch(task_t task, const char *label)
{
    error_t err = events_watch(task, label);
    if (IS_ERROR(err))
        return complain(label, err);
    while (!interactive && events_watching(task))
        events_take(true, "");
    return true;
}

bool cmd_launch(unsigned argc, char **argv)
{
    task_t task;
    char *line = join_words(argc - 1, &argv[1]);
    if (!line)
        return complain(argv[1], ERR_NO_MEMORY);
    error_t err = task_launch(VM_TASK, line, &task);
    free(line);
    if (IS_ERROR(err))
        return complain(argv[1], err);
    printf("task %d (%s) started\n", task, argv[1]);
    fflush(stdout);
    // In a script, the command fails if the task fails.
    return watch(task, argv[1]) && (interactive || events_last_status() == 0);
}

bool cmd_watch(unsigned argc, char **argv)
{
    (void)argc;
    task_t task;
    return find_task(argv[1], &task) && watch(task, argv[1]);
}

bool cmd_kill(unsigned argc, char **argv)
{
    (void)argc;
    task_t task;
    if (!find_task(argv[1], &task))
        return false;
    error_t err = task_destroy(task);
    return IS_OK(err) || complain(argv[1], err);
}

bool cmd_quit(unsigned argc, char **argv)
{
    unsigned long long status = 0;
    char nothing[1];
    if (argc > 1 && !parse_number(argv[1], 255, &status))
        return complain(argv[1], ERR_INVALID_ARG);
    fflush(stdout);
    // Ends the suite if we have the right to, otherwise only the shell.
    if (status == 0 && (task_rights() & RIGHT_QUIT))
        (void)sys_kdebug("q", 1, nothing, sizeof(nothing));
    exit((int)status);
}
