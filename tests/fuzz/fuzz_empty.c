// The empty target measures the cost of the fuzzer alone. The rate of a target is reported as a
// fraction of the rate of this one.
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    __asm__ volatile("" : : "r"(data), "r"(size) : "memory");
    return 0;
}
