// The task's side of the launcher channel: grants and requests.
#ifndef LIBIPC_CONTROL_H
#define LIBIPC_CONTROL_H

#include "channel.h"

/// From now on, control packets of the launcher are handled as they are read.
void control_listen(void);

/// Returns the channel to `task`, asking the launcher for one when there is none.
///
/// ERR_INVALID_TASK, ERR_INVALID_ARG (the caller itself), ERR_NOT_PERMITTED.
error_t control_connect(task_t task, struct channel **ch) __mustuse;

/// Sends a control packet. Ends the task when the launcher is gone.
void control_send(enum control_op op, struct packet *packet);

/// Sends a request and waits for its answer, whose error it returns.
error_t control_request(enum control_op op, struct packet *packet) __mustuse;

/// The descriptors that came with the last answer (-1: none).
void control_take_fds(int fds[2]);

#endif
