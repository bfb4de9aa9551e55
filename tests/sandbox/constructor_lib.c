// A shared library whose constructor opens a file if the program's argument asks for it.
#include "constructor.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void constructor_open(const char *caller)
{
    char byte;
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, &byte, 1) == 1)
        fprintf(stderr, "%s read a file\n", caller);
}

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "library"))
        constructor_open("the library");
}
