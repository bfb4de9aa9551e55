// Starts a suite: vm, then the tasks.
#ifndef LAUNCHER_BOOT_H
#define LAUNCHER_BOOT_H

#include <oolong/types.h>

// Starts vm. Returns its id or an error, which was logged.
task_t boot_vm(void);

// vm is ready: starts the tasks, each on its core.
void boot_tasks(void);

#endif
