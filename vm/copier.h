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

/// Makes the second thread, which may run on any core but `core`, and keeps the caller on `core`.
/// Call it once, before the role's sandbox filter is in place. If there is no other core, or if the
/// thread cannot be made, the caller copies alone. With `core` -1 it does too, on any core.
void copier_start(int core);

/// Copies `len` bytes between `buf` and `addr` of process `pid`. Returns how many bytes were
/// copied, counted from the first. If that is fewer than `len`, `errno` says why. Sleeps as long as
/// a page fault in that memory takes.
size_t copier_copy(copier_call call, pid_t pid, vaddr_t addr, void *buf, size_t len);

#endif
