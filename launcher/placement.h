// Chooses the cores of tasks with `cpu = auto`. A pure function of the specs, which sets `core`.
//
// Tasks that talk through sockets run on one core, because waking a task on another core takes
// several times as long as a message. Tasks that may talk, directly or through others, form a
// group. Groups of two or more tasks get the cores in turn. A task without a group talks only to
// vm, so it gets vm's core.
//
// Two tasks that talk through shared memory are fastest on two cores while one is idle, because
// they need not sleep; otherwise they are fastest on one. The kernel sees which cores are idle, so
// groups without sockets get no fixed core. A group with a mount gets one nevertheless: the program
// that uses the mount also waits, for a task that waits for another task, and the kernel brings
// that program to their core.
#ifndef LAUNCHER_PLACEMENT_H
#define LAUNCHER_PLACEMENT_H

#include "manifest.h"

// `cpus` are the usable cores, `num_cpus` is at least 1. vm and the first group get the first core.
// A task that is not started with the suite belongs to no group, unless it is `main_name`.
void placement_choose(struct manifest *mf, const char *main_name, const int *cpus,
                      unsigned num_cpus);

#endif
