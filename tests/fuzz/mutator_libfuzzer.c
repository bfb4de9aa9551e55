// The mutator of a target (mutate.h) as libFuzzer links it. libFuzzer gives one input at a time, so
// pieces of another input come from the previous one.
#include <string.h>
#include "mutate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    static uint8_t last[4096];
    static size_t last_size;
    uint8_t other[sizeof(last)];
    size_t other_size = last_size;
    memcpy(other, last, other_size);
    last_size = size < sizeof(last) ? size : sizeof(last);
    memcpy(last, data, last_size);
    return ops_mutate(data, size, other, other_size, max, seed);
}
