// A task whose constructors make calls that its profile forbids, before the library's main() runs:
//
//   sandbox_constructor open    the program's constructor opens a file
//   sandbox_constructor map     the program's constructor maps executable memory
//   sandbox_constructor library a constructor of a shared library opens a file
//   sandbox_constructor none    the constructors do nothing
//
// The task prints each call that succeeds before the forbidden one, so that the test can check it.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <resea/printf.h>
#include "constructor.h"

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "open"))
        constructor_open("the program");
    if (!strcmp(what, "map") &&
        mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        fprintf(stderr, "the program mapped executable memory\n");
}

void main(void)
{
    printf("main runs\n");
}
