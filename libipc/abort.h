// How a task ends that gives up, or that made a call which its filter does not allow.
#ifndef LIBIPC_ABORT_H
#define LIBIPC_ABORT_H

#include <oolong/types.h>

/// The SIGSYS handler's work: reports the call and ends the task.
void abort_trapped(int nr, uint32_t arch, uintptr_t ip) __noreturn;

#endif
