// Finds methods that two tasks were built with in different versions.
#ifndef LAUNCHER_DIGESTS_H
#define LAUNCHER_DIGESTS_H

#include "suite.h"

// Takes a packet with digests from a starting task. Returns NULL, or the rule that it breaks.
const char *digests_add(struct task *task, const struct control_digests *more);

// Sets `*numbers` to the message numbers that mean different methods to two tasks, in ascending
// order, and returns how many they are. The caller frees them.
unsigned digests_compare(const struct task *a, const struct task *b, uint16_t **numbers);

// Returns an interface that vm speaks and that the task was built with in another version, or NULL.
const char *digests_dispute_with_vm(const struct task *task);

#endif
