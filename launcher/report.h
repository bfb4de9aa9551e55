// Reports on a task: its end, and lines that its log left out.
#ifndef LAUNCHER_REPORT_H
#define LAUNCHER_REPORT_H

#include "suite.h"

// Unless the end was expected, says how and at what work the task ended.
void report_end(const struct task *task, const siginfo_t *info);

// Says how many lines the task's log has left out since the last report, if there are any. Reports
// of one task are seconds apart, but for the one at its end (`is_last`).
void report_left_out(struct task *task, bool is_last);

#endif
