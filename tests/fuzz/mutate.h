// The mutators: mutate.c for the target vm, mutate_steps.c for vm-process and launcher-process.
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/// Changes an input in place, with pieces of the input `other`. Returns its new size, at most
/// `max`. The same arguments give the same result.
size_t ops_mutate(uint8_t *data, size_t size, const uint8_t *other, size_t other_size, size_t max,
                  unsigned seed);

#endif
