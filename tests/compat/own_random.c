// Another file of the same program.
#include "own.h"

static uint32_t state = 3;

uint32_t random(void)
{
    return ++state;
}
