// Copies between vm's own memory and a task's; two threads share a large one.
#ifndef VM_COPIER_H
#define VM_COPIER_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <oolong/types.h>

/// process_vm_readv(2) or process_vm_writev(2).
typedef ssize_t (*copier_call)(pid_t, const struct iovec *, unsigned long, const struct iovec *,
                               unsigned long, unsigned long);

/// Makes the second thread, which may run on any core but `core`, and keeps the caller on that one.
/// Once, before the role's sandbox filter is in place. With no other core, or when the thread
/// cannot be made, the caller copies alone; with `core` -1, wherever it is.
void copier_start(int core);

/// Copies `len` bytes between `buf` and `addr` of process `pid`. Returns how many, counted from the
/// first, could be; fewer than `len` where memory ends, cannot be reached or is not there any more,
/// and `errno` says why. Sleeps as long as a page fault in that memory does.
size_t copier_copy(copier_call call, pid_t pid, vaddr_t addr, void *buf, size_t len);

#endif
