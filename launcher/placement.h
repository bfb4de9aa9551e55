// Which core each task runs on when its suite leaves that open (`cpu = auto`).
//
// Waking a task on another core costs several times the exchange of a message, so tasks that talk
// through sockets belong on one core. Tasks that may talk, directly or by way of others, are a
// group; groups of two and more take the cores in turn. What stands alone talks to vm only and is
// placed with it.
//
// Through shared memory, two tasks are fastest on two cores while one is free, because they need
// not sleep, and else on one. The kernel knows what is free: it wakes a task on an idle core, or
// where it is woken from. So a group without sockets is left to it.
// Except a group with a mount: the program that uses the mount waits too, for a task that waits for
// another, and the kernel brings the program to their core.
//
// Pure: the specs come in, their `core` is set.
#ifndef LAUNCHER_PLACEMENT_H
#define LAUNCHER_PLACEMENT_H

#include "manifest.h"

// `cpus` are the cores that may be used, `num_cpus` at least 1; vm and the first group get the
// first. A task that is not started with the suite (and is not `main_name`) joins nobody.
void placement_choose(struct manifest *mf, const char *main_name, const int *cpus,
                      unsigned num_cpus);

#endif
