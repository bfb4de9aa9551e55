// What vm is told.
#ifndef LAUNCHER_VMLINK_H
#define LAUNCHER_VMLINK_H

#include "suite.h"

void vm_announce(struct task *task);

// What channels_ended() is to tell vm of a task.
struct packet vm_end_note(task_t id, int exception, int status);

void vm_launched(uint32_t token, task_t task);

#endif
