// The calling task, and ending other tasks.
#ifndef RESEA_TASK_H
#define RESEA_TASK_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The task id of the caller.
task_t task_self(void);

/// Ends the calling task with exit status 0. Does not return.
void task_exit(void) __noreturn;

/// Ends `task`. Does not wait until it has ended.
///
/// ERR_NOT_PERMITTED: the suite file does not grant the caller `destroy`, or the task is vm.
/// ERR_INVALID_TASK: no such task.
error_t task_destroy(task_t task);

/// Sets the priority of `task`. 0 is the highest, 7 the lowest; a task starts with 3. It becomes a
/// nice value of Linux, so the host must permit a higher priority (RLIMIT_NICE).
///
/// ERR_NOT_PERMITTED, ERR_INVALID_TASK, ERR_INVALID_ARG.
error_t task_schedule(task_t task, int priority);

/// The name of the caller in the suite file. The library owns the string.
const char *task_name(void);

/// The caller's arguments in the suite file. task_argv() has the program's name first and NULL
/// last. task_cmdline() is one line without the name, which cmdline_parse() splits into the same
/// words. The library owns the strings.
int task_argc(void);
char **task_argv(void);
const char *task_cmdline(void);

/// The descriptor that the suite file gives the caller as `file.NAME`. It stays open.
///
/// ERR_NOT_FOUND: the suite file gives no descriptor of that name.
int task_file(const char *name);

/// The rights that the suite file grants the caller: bits of enum task_rights.
uint32_t task_rights(void);

/// A program may define this function to open and load what its profile does not allow later. The
/// library calls it once, before main(), after the constructors of the program and its libraries.
/// The filter of the profile is in place when it returns; without this function, the filter is in
/// place before the first constructor runs. It may use task_file(), but send no messages.
void oolong_prepare(void);

#ifdef __cplusplus
}
#endif

#endif
