// What channels.c asks of this suite: who may talk to whom, and the descriptors of channels.
#ifndef LAUNCHER_CHANNEL_ENV_H
#define LAUNCHER_CHANNEL_ENV_H

#include "suite.h"

extern const struct channel_env channel_env;

// Makes the table of channels, before vm is started; and a read-only descriptor of it for vm.
bool channel_table_make(void);
int channel_table_open(void);

// Memory that others may have too and that is charged to a task: segments and pages, its landing
// buffers, its state page, its regions. In bytes, as much as it can become.
uint64_t task_shared_bytes(const struct task *task);

#endif
