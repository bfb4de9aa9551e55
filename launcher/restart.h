// Starts tasks again after their end, each time after a longer wait.
#ifndef LAUNCHER_RESTART_H
#define LAUNCHER_RESTART_H

#include "suite.h"

bool task_has_failed(const struct task *task, const siginfo_t *info);

// Plans to start the task again, if its spec says so. False: its spec says so, but the limit of
// restarts was reached.
bool restart_schedule(struct task *task, const siginfo_t *info);

// Tells the user if the suite has no task left, and none to be started again.
void tell_if_nobody_is_left(void);

#endif
