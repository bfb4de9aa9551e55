// The functions that every fuzz target defines. AFL++ (driver_afl.c), libFuzzer, a replay of files
// (replay.c) or a task in its sandbox (task.c) calls them.
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

// Loads the data of a target before its first input. In a task (task.c), it runs before the task's
// filter is installed.
void fuzz_prepare(void);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
