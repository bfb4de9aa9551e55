// Writes the table of channels (struct talk_table in wire.h). vm reads it for each payload, so that
// a task that may not talk to another cannot take that one's receive buffer for messages that will
// never come. No message and no order between two sockets is needed: the bits are there before
// either of the two can have its end of the channel.
#ifndef LAUNCHER_TALK_H
#define LAUNCHER_TALK_H

#include <oolong/wire.h>

// Two tasks get a channel.
void talk_allow(struct talk_table *table, task_t a, task_t b);
// The slot of the task is free: its next owner has no channel yet.
void talk_revoke(struct talk_table *table, task_t task);

#endif
