// Starting tasks.
#ifndef LAUNCHER_SPAWN_H
#define LAUNCHER_SPAWN_H

#include <oolong/types.h>
#include "manifest.h"

// Starts a task with `extra` arguments behind its spec's. Returns its id or an error, which was
// logged.
task_t task_start(struct task_spec *spec, const struct strings *extra);

#endif
