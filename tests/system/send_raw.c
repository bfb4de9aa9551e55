// Sends each file over a connection of its own to a TCP port of the host, and waits for the end of
// the connection. It leaves out the first byte of a file, which is meant for the fuzz target.
// Usage: send_raw PORT FILE...
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static bool send_file(int port, const char *path)
{
    static char bytes[65536];
    struct timeval patience = {.tv_sec = 20};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file)
        fclose(file);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    bool sent = len > 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
    // The server may close before it has taken everything.
    if (sent && send(fd, bytes + 1, len - 1, MSG_NOSIGNAL) >= 0)
        shutdown(fd, SHUT_WR);
    ssize_t got = 1;
    while (sent && got > 0)
        got = recv(fd, bytes, sizeof(bytes), 0);
    bool ended = sent && (got == 0 || errno == ECONNRESET);
    close(fd);
    return ended;
}

int main(int argc, char **argv)
{
    int status = argc > 2 ? EXIT_SUCCESS : EXIT_FAILURE;
    for (int i = 2; i < argc; i++) {
        if (send_file(atoi(argv[1]), argv[i]))
            continue;
        fprintf(stderr, "%s: no answer and no end\n", argv[i]);
        status = EXIT_FAILURE;
    }
    return status;
}
