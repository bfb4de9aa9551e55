// Starting tasks again after their end, with back-off.
#ifndef LAUNCHER_RESTART_H
#define LAUNCHER_RESTART_H

#include "suite.h"

bool task_has_failed(const struct task *task, const siginfo_t *info);

// Starts the task again after a while, if its spec wants that. False: it should be started again,
// and has been too often.
bool restart_schedule(struct task *task, const siginfo_t *info);

// Says so when a suite has no task left: it waits for nothing.
void tell_if_nobody_is_left(void);

#endif
