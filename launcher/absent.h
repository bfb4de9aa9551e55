// Finds tasks that look up a name that no running task may serve.
#ifndef LAUNCHER_ABSENT_H
#define LAUNCHER_ABSENT_H

#include "suite.h"

// Reports such a task once. `is_stable`: it was in the same wait at the previous look.
void absent_look(struct task *task, uint64_t wait, bool is_stable);

// The state that `ps` shows of a task that looks up a name, or NULL. The caller frees it.
char *absent_state(const struct task *task, uint64_t wait);

#endif
