// What the launcher looks at twice a second: cycles of waiting tasks, tasks that should have ended,
// and lines that were left out of logs.
#ifndef LAUNCHER_PATROL_H
#define LAUNCHER_PATROL_H

void patrol_start(void);

#endif
