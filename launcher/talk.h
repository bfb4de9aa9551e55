// Writes the table of channels (struct talk_table in wire.h). vm reads it before it places a
// payload. Without it, a task could fill the receive buffer of another task that it may not send
// messages to. The bits of a channel are set before either task gets its end, so vm needs no
// message about it.
#ifndef LAUNCHER_TALK_H
#define LAUNCHER_TALK_H

#include <oolong/wire.h>

// Two tasks get a channel through which payloads go by way of vm.
void talk_allow(struct talk_table *table, task_t a, task_t b);
// The slot of the task becomes free: its next owner has no channel yet.
void talk_revoke(struct talk_table *table, task_t task);

#endif
