// What a client of blkbench does, and the bytes that it does it with.
#ifndef BLKBENCH_LOAD_H
#define BLKBENCH_LOAD_H

#include <oolong/types.h>

// Each sector begins with its number, so that every read can be checked.
void load_stamp(void *data, size_t len, uint64_t sector);
bool load_is_stamped(const void *data, size_t len, uint64_t sector);

uint64_t load_now_ns(void);

// Joins, works, reports and ends.
void load_run(task_t disk) __noreturn;

#endif
