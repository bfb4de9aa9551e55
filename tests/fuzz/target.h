// What every fuzz target defines, and what drives it: AFL++ (driver_afl.c), libFuzzer, or a replay
// of files (replay.c).
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
