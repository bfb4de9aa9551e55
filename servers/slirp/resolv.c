// The name servers of /etc/resolv.conf, as they were when the task started. libslirp opens the file
// when the guest first asks its virtual name server. It checks each second whether the file has
// changed, and uses the first server in it. Two things would fail in the sandbox: opening the file,
// and a server with a scope ("fe80::1%eth0"), for which libslirp looks up network interfaces.
// So this file replaces the two functions by which libslirp reads the file. They show a file with
// one server that slirp can reach, and with the next one when that does not answer. If the host
// changes its name servers, the task must be restarted.
#include <fcntl.h>
#include <resea/printf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "servers.h"
#include "slirp.h"

static const char path_of_it[] = "/etc/resolv.conf";
static struct servers servers;
static size_t current;
static char text[32]; // "nameserver ADDRESS"
static struct stat64 status;

static void show_current(void)
{
    snprintf(text, sizeof(text), "nameserver %s\n", servers.addrs[current]);
    status.st_mtim.tv_sec++;
}

void resolv_prepare(void)
{
    static char file[16384];
    int fd = open(path_of_it, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, file, sizeof(file)) : -1;
    if (fd >= 0)
        close(fd);
    servers_find(&servers, file, n > 0 ? (size_t)n : 0);
    if (servers.num > 0)
        show_current();
    else
        WARN("%s names no server with an IPv4 address: names cannot be resolved", path_of_it);
}

void resolv_next(void)
{
    if (servers.num < 2)
        return;
    current = (current + 1) % servers.num;
    show_current();
}

// These two functions replace the C library's for every library of the program.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

int stat64(const char *restrict path, struct stat64 *restrict result)
{
    if (strcmp(path, path_of_it) == 0 && servers.num > 0) {
        *result = status;
        return 0;
    }
    return fstatat64(AT_FDCWD, path, result, 0);
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
    if (strcmp(path, path_of_it) == 0)
        return servers.num > 0 ? fmemopen(text, strlen(text), "r") : NULL;
    int fd = *mode == 'r' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    return fd >= 0 ? fdopen(fd, mode) : NULL;
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
