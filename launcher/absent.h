// Tasks that look up a name that nobody serves or will.
#ifndef LAUNCHER_ABSENT_H
#define LAUNCHER_ABSENT_H

#include "suite.h"

// Reports once that a task waits for such a name.
void absent_look(struct task *task, uint64_t wait, bool is_stable);

// What `ps` says of its wait, NULL when it is for no name. The caller frees it.
char *absent_state(const struct task *task, uint64_t wait);

#endif
