// The launcher's ends of the control channels: packets in and out.
#ifndef LAUNCHER_CONTROL_CHANNEL_H
#define LAUNCHER_CONTROL_CHANNEL_H

#include "suite.h"

// What is done with what comes in.
struct control_ops {
    void (*packet)(struct task *task, const struct packet *packet);
    // The process of a task under gdb is gone, while gdb, which is our child, stays.
    void (*debuggee_ended)(struct task *task);
};
void control_init(const struct control_ops *ops);

// Begins to hear a task; and ends it. False, with errno: the task would never be heard.
bool control_open(struct task *task);
void control_close(struct task *task);

// Reads what a task that ended has left behind, and closes its channel.
void control_drain(struct task *task);

// Sends what is queued and can be sent, to all.
void control_flush_all(void);

#endif
