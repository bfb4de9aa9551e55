// See descriptors.h.
#include "descriptors.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

bool refuse_fds(int end)
{
    int off = 0;
    return setsockopt(end, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off)) == 0;
}

bool fds_are_refused(void)
{
    static bool known, refused;
    int end = known ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (end >= 0) {
        known = true;
        refused = refuse_fds(end);
        close(end);
    }
    return refused;
}

bool make_memfd(const char *name, size_t size, int *rw, int *ro)
{
    char path[64];
    if (ro)
        *ro = -1;
    *rw = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*rw < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", *rw);
    // The mode stops the holder of the read-only descriptor from opening it again for writing
    // through /proc/self/fd.
    if (ftruncate(*rw, (off_t)size) == 0 && fchmod(*rw, 0400) == 0 &&
        fcntl(*rw, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        if (!ro)
            return true;
        *ro = open(path, O_RDONLY | O_CLOEXEC);
        if (*ro >= 0)
            return true;
    }
    int error = errno;
    close(*rw);
    *rw = -1;
    errno = error;
    return false;
}
