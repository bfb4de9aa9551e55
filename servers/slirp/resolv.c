// /etc/resolv.conf as it was at the start. libslirp opens it when the guest first asks its virtual
// name server, and looks every second whether it has changed: neither can be done in the sandbox,
// so the two functions that it calls for it are these, and answer from memory. A host that changes
// its name server needs the task restarted.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slirp.h"

static const char path_of_it[] = "/etc/resolv.conf";
static char text[16384];
static size_t text_len;
static struct stat64 status;
static bool is_kept;

void resolv_prepare(void)
{
    int fd = open(path_of_it, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, text, sizeof(text));
        is_kept = n > 0 && fstat64(fd, &status) == 0;
        text_len = is_kept ? (size_t)n : 0;
        close(fd);
    }
}

// These two stand before the C library's for every library of the program.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

int stat64(const char *restrict path, struct stat64 *restrict result)
{
    if (strcmp(path, path_of_it) == 0 && is_kept) {
        *result = status;
        return 0;
    }
    return fstatat64(AT_FDCWD, path, result, 0);
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
    if (strcmp(path, path_of_it) == 0)
        return is_kept ? fmemopen(text, text_len, "r") : NULL;
    int fd = *mode == 'r' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    return fd >= 0 ? fdopen(fd, mode) : NULL;
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
