// The end of tasks.
#ifndef LAUNCHER_REAP_H
#define LAUNCHER_REAP_H

#include "suite.h"

void reap_children(void);
void reap_task(task_t id); // vm has acknowledged its end
void reap_rest(void);      // all tasks that have ended; vm acknowledges no more
void task_ended_in_debugger(struct task *task);

#endif
