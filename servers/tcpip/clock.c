// The clock of the stack. It is a file of its own so that a simulation can replace it.
#include <time.h>
#include "stack.h"

uint64_t stack_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
