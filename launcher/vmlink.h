// Tells vm about tasks.
#ifndef LAUNCHER_VMLINK_H
#define LAUNCHER_VMLINK_H

#include "suite.h"

// A task was started.
void vm_announce(struct task *task);

// The message that tells vm of a task's end, for channels_ended().
struct packet vm_end_note(task_t id, int exception, int status);

// Answers CTL_LAUNCH: `task` is an id or an error.
void vm_launched(uint32_t token, task_t task);

#endif
