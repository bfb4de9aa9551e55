// What every fuzz target defines, and what drives it: AFL++ (driver_afl.c), libFuzzer, a replay
// of files (replay.c), or a task in its sandbox (task.c).
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

// What a target loads before its first input; in a task (task.c), before its filter is in place.
void fuzz_prepare(void);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
