#include <oolong/vprintf.h>

// Prints where the program was called from, if that is known.
#ifndef OOLONG_BACKTRACE
#define OOLONG_BACKTRACE
static inline void backtrace(void)
{
    WARN("no backtrace: run the suite with --gdb");
}
#endif
