#include <oolong/vprintf.h>

// Would print the callers of the current function. Here it only logs how to get a backtrace.
#ifndef OOLONG_BACKTRACE
#define OOLONG_BACKTRACE
static inline void backtrace(void)
{
    WARN("no backtrace: run the suite with --gdb");
}
#endif
