// A mutator (mutate.h) as AFL++ loads it (AFL_CUSTOM_MUTATOR_LIBRARY).
#include <stdlib.h>
#include <string.h>
#include "mutate.h"

#define MAX_INPUT (1 << 16)

struct mutator {
    unsigned seed;
    uint8_t out[MAX_INPUT];
};

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, uint8_t *in, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max);
void afl_custom_deinit(void *data);

void *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    struct mutator *mutator = calloc(1, sizeof(*mutator));
    if (mutator)
        mutator->seed = seed;
    return mutator;
}

size_t afl_custom_fuzz(void *data, uint8_t *in, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max)
{
    struct mutator *mutator = data;
    if (max > MAX_INPUT)
        max = MAX_INPUT;
    if (size > max)
        size = max;
    memcpy(mutator->out, in, size);
    *out = mutator->out;
    return ops_mutate(mutator->out, size, other, other ? other_size : 0, max, ++mutator->seed);
}

void afl_custom_deinit(void *data)
{
    free(data);
}
