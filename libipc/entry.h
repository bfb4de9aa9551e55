// The program's main() by the names that its compiler gives it.
#ifndef LIBIPC_ENTRY_H
#define LIBIPC_ENTRY_H

#include <oolong/types.h>

/// In C: renamed when the program was compiled. One that takes nothing ignores the argument.
void oolong_main(const char *cmdline);

/// In C++, where a function's name has its parameters in it. NULL: there is none.
__weak void main_in_cxx(void) __asm__("_Z11oolong_mainv");
__weak void main_in_cxx_of_cmdline(const char *cmdline) __asm__("_Z11oolong_mainPKc");

#endif
