// Counts the requests of the kernel and the calls of the file server.
#ifndef FUSE_COUNT_H
#define FUSE_COUNT_H

#include <oolong/types.h>

// The calls of the file server so far, without those that depend on time: commits, and closings of
// several handles, which are counted on their own.
extern uint64_t count_calls;
extern uint64_t count_closings;

// Counts a request of the kernel: `len` bytes as they were read.
void count_request(const void *request, size_t len);

// Logs all counts in one line.
void count_report(void);

#endif
