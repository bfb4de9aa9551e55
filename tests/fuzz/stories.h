// Short meaningful sequences of operations of the vm target. They are seeds, and pieces that the
// mutator inserts with other actors.
#ifndef TESTS_FUZZ_STORIES_H
#define TESTS_FUZZ_STORIES_H

#include <stddef.h>
#include "ops.h"

struct story {
    const char *name;
    const struct op *ops;
    size_t len; // bytes
};
extern const struct story stories[];
extern const unsigned stories_count;

#endif
