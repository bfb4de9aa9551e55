// What channels.c needs of the suite: who may talk to whom, and the descriptors of channels.
#ifndef LAUNCHER_CHANNEL_ENV_H
#define LAUNCHER_CHANNEL_ENV_H

#include "suite.h"

extern const struct channel_env channel_env;

// Make the table of channels (talk.h), before vm is started; and open it read-only for vm.
bool channel_table_make(void);
int channel_table_open(void);

// The memory of a task that others share, in bytes: segments and pages, its receive buffers,
// its state page, and the memory of its channels, at their full sizes.
uint64_t task_shared_bytes(const struct task *task);

#endif
