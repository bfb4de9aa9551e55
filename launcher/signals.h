// Resets signal handling: the launcher's does not depend on its parent, and a task's does not
// depend on the launcher.
#ifndef LAUNCHER_SIGNALS_H
#define LAUNCHER_SIGNALS_H

#include <stdbool.h>

// Call it when the launcher starts. It unblocks all signals and gives each its default effect, with
// two exceptions. SIGHUP stays ignored if the parent ignored it, as nohup(1) does. SIGXFSZ is
// ignored, so that a write beyond the limit of a file's size is an error.
void signals_reset(void);

// Whether the parent ignored SIGHUP.
bool signals_hangup_is_ignored(void);

// Call it in a new process, before exec. It unblocks all signals and gives each its default effect,
// except that SIGXFSZ is ignored.
void signals_reset_for_task(void);

#endif
