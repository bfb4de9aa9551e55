// The calling task, and the ends of others.
#ifndef RESEA_TASK_H
#define RESEA_TASK_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The caller's own task id.
task_t task_self(void);

/// Ends the calling task with exit status 0. Does not return.
void task_exit(void) __noreturn;

/// Ends `task`.
///
/// ERR_NOT_PERMITTED: the suite does not grant `destroy`, or the task is vm. ERR_INVALID_TASK: no
/// such task.
error_t task_destroy(task_t task);

/// Sets the priority of `task`: 0 is the highest, 7 the lowest; a task starts at 3. It becomes the
/// Linux nice value, so raising it needs the host's permission (RLIMIT_NICE).
///
/// ERR_NOT_PERMITTED, ERR_INVALID_TASK, ERR_INVALID_ARG.
error_t task_schedule(task_t task, int priority);

/// The name that the suite gives the caller. The string stays the library's.
const char *task_name(void);

/// The caller's arguments, as they are in the suite file: separate (the program's name first, NULL
/// last), or as one line that cmdline_parse() splits into the same words, without the name. The
/// strings stay the library's.
int task_argc(void);
char **task_argv(void);
const char *task_cmdline(void);

/// The descriptor that the suite gives the caller under `file.NAME`. It stays open.
///
/// ERR_NOT_FOUND: the suite gives none of that name.
int task_file(const char *name);

/// What the suite grants the caller: enum task_rights.
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
