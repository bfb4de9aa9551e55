// What the user is told of a task: its end, and the lines that its log left out.
#ifndef LAUNCHER_REPORT_H
#define LAUNCHER_REPORT_H

#include "suite.h"

void report_end(const struct task *task, const siginfo_t *info);

// Says how many lines a task's log has left out since last time: now and then, and at its end.
void report_left_out(struct task *task, bool is_last);

#endif
