// A client of the host that ends its side of the connection, reads a little of the answer and
// closes. The sender then finds that the connection is reset after it has ended.
//
//   vanish PORT PATH TIMES
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Makes one such request. Returns false if no answer came.
static bool ask_and_vanish(int port, const char *path)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char text[512];
    int len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served = !connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
                  send(fd, text, (size_t)len, MSG_NOSIGNAL) == len && !shutdown(fd, SHUT_WR) &&
                  recv(fd, text, sizeof(text), 0) > 0;
    close(fd); // resets the connection, because bytes were not read
    return served;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    for (int i = 0; i < atoi(argv[3]); i++) {
        if (!ask_and_vanish(atoi(argv[1]), argv[2])) {
            fprintf(stderr, "client %d was not served\n", i + 1);
            return 1;
        }
    }
    return 0;
}
