// The task's side of the launcher channel: boot, grants, requests.
#ifndef LIBIPC_CONTROL_H
#define LIBIPC_CONTROL_H

#include "channel.h"

/// What the launcher said at boot.
extern struct control_boot control_boot;

/// The memory for the task's landing buffers; NULL: there was no room for it.
extern void *control_landing;

/// Receives boot, maps the own page, and opens the launcher's and vm's channels. Exits with a
/// message when the process was not started by the launcher.
void control_start(void);

/// Installs the filter of the task's role, for all threads. Exits with a message when that fails.
void control_confine(void);

/// Tells the launcher that the task runs.
void control_ready(void);

/// A control packet came. Takes the descriptors.
void control_handle(struct packet *packet, int *fds, int num_fds);

/// Returns the channel to `task`, asking the launcher for one when there is none.
///
/// ERR_INVALID_TASK, ERR_INVALID_ARG (the caller itself), ERR_NOT_PERMITTED.
error_t control_connect(task_t task, struct channel **ch) __mustuse;

/// The SIGSYS handler's work: reports the call and ends the task.
void control_trap(int nr, uint32_t arch, uintptr_t ip) __noreturn;

#endif
