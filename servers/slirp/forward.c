// Ports of the host that lead to the guest. All are opened before the sandbox is in place.
#include <arpa/inet.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "slirp.h"

#define BACKLOG         512
#define DESCRIPTORS_MAX 128

// Returns a free port that the kernel chooses. Another program may take the port before libslirp
// does. libslirp then fails, and the caller tries another port.
static uint16_t free_port(const struct forward *forward)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = forward->host_addr};
    socklen_t len = sizeof(addr);
    int fd = socket(AF_INET, (forward->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    uint16_t port = 0;
    if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&addr, &len) == 0)
        port = ntohs(addr.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

// Sets a longer backlog. libslirp listens with a backlog of one, and the kernel then lets further
// connections try again after seconds. libslirp does not say which descriptor it listens on, so
// this tries all: a task has few descriptors, and no others that listen.
static void lengthen_queues(void)
{
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        int listens = 0;
        socklen_t len = sizeof(listens);
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens &&
            listen(fd, BACKLOG) < 0)
            WARN("connections wait in a short queue: %m");
    }
}

void forward_open(Slirp *slirp, const struct forward *forward)
{
    const char *protocol = forward->udp ? "udp" : "tcp";
    char host[INET_ADDRSTRLEN], guest[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &forward->host_addr, host, sizeof(host));
    inet_ntop(AF_INET, &forward->guest_addr, guest, sizeof(guest));
    uint16_t port = forward->host_port;
    int err = -1;
    for (int tries = 0; tries < 16 && err < 0; tries++) {
        port = forward->host_port ? forward->host_port : free_port(forward);
        err = port ? slirp_add_hostfwd(slirp, forward->udp, forward->host_addr, port,
                                       forward->guest_addr, forward->guest_port)
                   : -1;
        if (forward->host_port)
            break;
    }
    if (err < 0) {
        oolong_log("error: ", "%s port %u of %s cannot be opened: %m", protocol, port, host);
        exit(EXIT_FAILURE);
    }
    lengthen_queues();
    // A port that is likely a web server's is logged as a URL.
    bool is_web = !forward->udp && forward->guest_port == 80;
    INFO("%s://%s:%u%s leads to %s:%u", is_web ? "http" : protocol, host, port, is_web ? "/" : "",
         guest, forward->guest_port);
}
