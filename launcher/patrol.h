// Looks at all tasks twice a second: for deadlocks, for tasks that should have ended, and for lines
// that were left out of logs.
#ifndef LAUNCHER_PATROL_H
#define LAUNCHER_PATROL_H

void patrol_start(void);

#endif
