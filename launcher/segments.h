// Memory that vm hands out for tasks: made here, charged to the task of the suite file that asked
// for it, freed when nobody has it any more.
#ifndef LAUNCHER_SEGMENTS_H
#define LAUNCHER_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <oolong/types.h>

struct task;

// Makes `size` bytes of zeroed memory for `owner`: `fds` become a descriptor to read and write, and
// one to read, which the caller closes. Memory that `is_pages` is charged until `owner` has ended,
// other memory until nobody has it. False: the suite file does not allow that much, or the host has
// none.
bool segments_make(struct task *owner, bool is_pages, uint64_t size, int fds[2]);

// vm has closed its descriptors of a segment.
void segments_closed(void);

// A task has ended, and the kernel has closed what it had.
void segments_task_ended(task_t task);

#endif
