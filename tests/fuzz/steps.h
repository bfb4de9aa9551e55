// The steps that the inputs of vm-process and launcher-process are made of: a byte, then steps.
// Some kinds use the STEP_BYTES that follow them. CMakeLists.txt defines STEPS_NUM and
// STEPS_WITH_BYTES (a set of bits) for each target.
#ifndef TESTS_FUZZ_STEPS_H
#define TESTS_FUZZ_STEPS_H

#include <stdint.h>

#define STEP_FIRST 1    // offset of the first step
#define STEP_BYTES 256  // the size of a packet
#define STEP_HELD  0x80 // in `kind`: the process under test does not run after the step

struct step {
    uint8_t kind, task, a, b;
    uint32_t len;
    uint64_t value;
};

#endif
