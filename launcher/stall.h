// Ends a task whose memory keeps vm asleep.
#ifndef LAUNCHER_STALL_H
#define LAUNCHER_STALL_H

// vm has begun to copy.
void stall_watch(void);

#endif
