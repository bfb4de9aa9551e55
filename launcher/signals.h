// What becomes of signals: the launcher does not depend on what its parent left it, and what it
// starts does not depend on the launcher.
#ifndef LAUNCHER_SIGNALS_H
#define LAUNCHER_SIGNALS_H

#include <stdbool.h>

// At the launcher's start: no signal is blocked, and each has its default effect, except two.
// SIGHUP stays ignored if the parent ignored it, as nohup(1) does. SIGXFSZ is ignored, so that what
// would become larger than a file may be is an error.
void signals_reset(void);

// Whether the parent ignored SIGHUP.
bool signals_hangup_is_ignored(void);

// In a new process, before it becomes a program: no signal is blocked, and each has its default
// effect, except that SIGXFSZ is ignored.
void signals_reset_for_task(void);

#endif
