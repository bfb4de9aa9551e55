// Shared by all simulated system calls: the descriptors, errors and waits of the running task.
#ifndef TESTS_SIM_KERNEL_H
#define TESTS_SIM_KERNEL_H

#include "sim.h"

/// Sets errno and returns -1.
int kernel_fail(int error);
/// A violation: the call, or this use of it, is not simulated.
void kernel_unknown(const char *name) __noreturn;
/// The file of an open descriptor; a violation when there is none.
struct file *kernel_file(int fd);
/// Gives the task a descriptor; takes over the caller's reference.
int kernel_install(struct file *file);
/// Whether the wait that is over was interrupted.
bool kernel_interrupted(void);
/// The time `ns` from now; NEVER if `ns` is negative.
uint64_t kernel_deadline(int64_t ns);

#endif
