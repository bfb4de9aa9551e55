// How often the kernel asked for what, and the file server was asked.
#ifndef FUSE_COUNT_H
#define FUSE_COUNT_H

#include <oolong/types.h>

// One more call of the file server.
extern uint64_t count_calls;

// One more request of the kernel, `len` bytes as they were read.
void count_request(const void *request, size_t len);

// Logs one line.
void count_report(void);

#endif
