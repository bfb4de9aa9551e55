// Makes the memory that vm hands out to tasks, charges it to the [task NAME] that asked for it, and
// frees it when no process has it any more.
#ifndef LAUNCHER_SEGMENTS_H
#define LAUNCHER_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <oolong/types.h>

struct task;

// Makes `size` bytes of zeroed memory for `owner`. `fds` become a read-write and a read-only
// descriptor, which the caller closes. Pages (`is_pages`) are charged until `owner` has ended, a
// segment until no process has it. False: `owner` may not have that much, or the host has no
// memory.
bool segments_make(struct task *owner, bool is_pages, uint64_t size, int fds[2]);

// vm has closed its descriptors of a segment.
void segments_closed(void);

// A task has ended, and the kernel has closed its descriptors.
void segments_task_ended(task_t task);

#endif
