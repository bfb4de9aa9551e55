// Tasks that break the rules of their control channel.
#ifndef LAUNCHER_VIOLATION_H
#define LAUNCHER_VIOLATION_H

#include "suite.h"

// The task broke a rule: it is logged and killed.
void task_violates(struct task *task, const char *rule);

// The same, unless the task ends within a second: what a process that is ending does can look like
// a violation.
void task_is_suspect(struct task *task, const char *rule);

// Its control channel is at its end: it has ended, or will.
void task_hung_up(struct task *task);

#endif
