// What the new process of a task does between fork and exec.
#ifndef LAUNCHER_CHILD_H
#define LAUNCHER_CHILD_H

#include "suite.h"

#define CHILD_NUM_FDS (WIRE_LOG_FD + 1)

struct child {
    const struct task *task;
    const char *path;
    char **argv;
    int fds[CHILD_NUM_FDS]; // the task's descriptors, by the numbers that the program expects
};

// Becomes the program of the task. If that fails, reports why on the control channel and exits.
void child_run(const struct child *child) __attribute__((noreturn));

// The core that a task runs on, or CPU_ANY.
int child_core(const struct task_spec *spec);

#endif
