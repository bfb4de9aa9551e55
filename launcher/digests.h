// Which methods two tasks were built with in different versions.
#ifndef LAUNCHER_DIGESTS_H
#define LAUNCHER_DIGESTS_H

#include "suite.h"

// Takes one packet of a starting task's digests. Returns NULL, or the rule that it breaks.
const char *digests_add(struct task *task, const struct control_digests *more);

// The numbers that mean different methods to two tasks, ascending; `*numbers` is the caller's.
unsigned digests_compare(const struct task *a, const struct task *b, uint16_t **numbers);

// vm speaks to every task. Returns the first interface of vm's that the task has in another
// version, or NULL.
const char *digests_dispute_with_vm(const struct task *task);

#endif
