// Tasks that break the rules of their control channel.
#ifndef LAUNCHER_VIOLATION_H
#define LAUNCHER_VIOLATION_H

#include "suite.h"

// The task broke `rule`: the launcher reports that and kills it.
void task_violates(struct task *task, const char *rule);

// The task seems to have broken `rule`, but a process that is ending can look the same. If it has
// not ended after a second, it has broken the rule.
void task_is_suspect(struct task *task, const char *rule);

// Its control channel has ended: the task has ended too, or is suspect.
void task_hung_up(struct task *task);

#endif
