// What the launcher looks at twice a second: cycles of waiting tasks, tasks that should have ended,
// and lines that were left out of logs.
#ifndef LAUNCHER_WATCH_H
#define LAUNCHER_WATCH_H

void watch_start(void);

#endif
