// Ends a task whose memory keeps vm asleep.
#ifndef LAUNCHER_STALL_H
#define LAUNCHER_STALL_H

// vm has begun to copy: looks at it every 50 ms until it has stopped for a second.
void stall_watch(void);

#endif
