// The task's side of the launcher channel: grants and requests.
#ifndef LIBIPC_CONTROL_H
#define LIBIPC_CONTROL_H

#include "channel.h"

/// Begins to handle control packets of the launcher when they are read.
void control_listen(void);

/// Sets the second argument to the channel to `task`. Asks the launcher for one if there is none.
///
/// ERR_INVALID_TASK, ERR_INVALID_ARG (the caller itself), ERR_NOT_PERMITTED.
error_t control_connect(task_t task, struct channel **ch) __mustuse;

/// Sends a control packet. Ends the task if the launcher has ended.
void control_send(enum control_op op, struct packet *packet);

/// Sends a request, waits for its answer, and returns the error in the answer.
error_t control_request(enum control_op op, struct packet *packet) __mustuse;

/// The descriptors that came with the last answer (-1: none).
void control_take_fds(int fds[2]);

#endif
