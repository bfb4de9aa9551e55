// The steps that the inputs of vm-process and launcher-process are made of: a byte, then steps.
// Some kinds take the STEP_BYTES that follow. STEPS_NUM and STEPS_WITH_BYTES (a set of bits) are
// those of the target, from CMakeLists.txt.
#ifndef TESTS_FUZZ_STEPS_H
#define TESTS_FUZZ_STEPS_H

#include <stdint.h>

#define STEP_FIRST 1    // byte of the first step
#define STEP_BYTES 256  // as many as a packet has
#define STEP_HELD  0x80 // in `kind`: the process under test does not run after the step

struct step {
    uint8_t kind, task, a, b;
    uint32_t len;
    uint64_t value;
};

#endif
