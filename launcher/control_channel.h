// Receives and sends packets on the launcher's ends of the control channels.
#ifndef LAUNCHER_CONTROL_CHANNEL_H
#define LAUNCHER_CONTROL_CHANNEL_H

#include "suite.h"

// The functions that get what arrives.
struct control_ops {
    void (*packet)(struct task *task, const struct packet *packet);
    // A task under gdb has ended. gdb, which is the launcher's child, has not.
    void (*debuggee_ended)(struct task *task);
};
void control_init(const struct control_ops *ops);

// Begin and end to receive from a task. False: it cannot be watched; see errno.
bool control_open(struct task *task);
void control_close(struct task *task);

// Handles what a task sent before it ended, and closes its channel.
void control_drain(struct task *task);

// Sends what is queued to all tasks, as far as it can be sent now.
void control_flush_all(void);

#endif
