// A name server for the tests, on a port of 127.0.0.1 or on the given ADDR PORT. It prints its
// port, then answers until it is killed. known.test is 10.0.2.2, and alias.test is another name of
// known.test. slow.test is answered the second time. The first answer for wrong.test belongs to
// another question. long.test is answered only by TCP, and old.test only without the extension.
// failing.test always fails. No other name exists.
#include <arpa/inet.h>
#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

#define HEADER 12

static const unsigned char addr_record[] = {0xc0, HEADER, 0, 1, 0,  1, 0, 0,
                                            0,    60,     0, 4, 10, 0, 2, 2};
static const unsigned char alias_records[] = {0xc0, HEADER, 0, 5, 0, 1, 0, 0, 0, 60, 0, 12, 5, 'k',
                                              'n', 'o', 'w', 'n', 4, 't', 'e', 's', 't', 0,
                                              // the name that the first record points to
                                              5, 'k', 'n', 'o', 'w', 'n', 4, 't', 'e', 's', 't', 0,
                                              0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 2, 2};

// Turns a question, which ends at `len`, into an answer. Returns its length.
static size_t answer(unsigned char *packet, size_t len, const void *records, size_t records_len,
                     unsigned count)
{
    packet[2] = 0x81;
    packet[3] = count ? 0x80 : 0x83; // no such name
    packet[7] = (unsigned char)count;
    packet[11] = 0; // the answer has no extension
    memcpy(packet + len, records, records_len);
    return len + records_len;
}

// Makes the answer for a question. Returns its length, or 0 if the server sends no answer.
static size_t make_answer(unsigned char *packet, size_t len, bool by_tcp)
{
    static bool was_slow;
    char *name;
    long used;
    if (len <= HEADER ||
        ares_expand_name(packet + HEADER, packet, (int)len, &name, &used) != ARES_SUCCESS)
        return 0;
    size_t end = HEADER + (size_t)used + 4;
    bool extended = packet[11] > 0;
    bool skip = strcasecmp(name, "slow.test") == 0 && !was_slow;
    was_slow = was_slow || skip;
    bool is_long = strcasecmp(name, "long.test") == 0;
    bool is_old = strcasecmp(name, "old.test") == 0;
    size_t n;
    if (strcasecmp(name, "known.test") == 0 || strcasecmp(name, "slow.test") == 0 ||
        (is_long && by_tcp) || (is_old && !extended))
        n = answer(packet, end, addr_record, sizeof(addr_record), 1);
    else if (strcasecmp(name, "alias.test") == 0)
        n = answer(packet, end, alias_records, sizeof(alias_records), 2);
    else
        n = answer(packet, end, "", 0, 0);
    if (is_long && !by_tcp) {
        packet[2] |= 2; // truncated
        packet[3] = 0x80;
    } else if (is_old && extended) {
        packet[3] = 0x81; // format error
    } else if (strcasecmp(name, "failing.test") == 0) {
        packet[3] = 0x82; // server failure
    }
    ares_free_string(name);
    return skip ? 0 : n;
}

static void serve_udp(int fd)
{
    static const unsigned char wrong[] = "\x05wrong\x04test";
    unsigned char packet[1500], other[1500];
    struct sockaddr_in addr;
    socklen_t addr_len = sizeof(addr);
    ssize_t len = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&addr, &addr_len);
    if (len > HEADER + (ssize_t)sizeof(wrong) &&
        memcmp(packet + HEADER, wrong, sizeof(wrong)) == 0) {
        memcpy(other, packet, (size_t)len);
        other[HEADER + 1] = 'x'; // xrong.test
        size_t other_len =
            answer(other, HEADER + sizeof(wrong) + 4, addr_record, sizeof(addr_record), 1);
        sendto(fd, other, other_len, 0, (struct sockaddr *)&addr, addr_len);
    }
    size_t n = len > 0 ? make_answer(packet, (size_t)len, false) : 0;
    if (n > 0)
        sendto(fd, packet, n, 0, (struct sockaddr *)&addr, addr_len);
}

// Each connection carries one question, which arrives at once.
static void serve_tcp(int listener)
{
    unsigned char packet[2 + 1500];
    size_t have = 0;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (fd >= 0 && (have < 2 || have < 2 + ((size_t)packet[0] << 8 | packet[1]))) {
        ssize_t len = read(fd, packet + have, 514 - have);
        if (len <= 0)
            break;
        have += (size_t)len;
    }
    size_t n = have > 2 ? make_answer(packet + 2, have - 2, true) : 0;
    packet[0] = (unsigned char)(n >> 8);
    packet[1] = (unsigned char)n;
    if (n > 0 && write(fd, packet, n + 2) < 0)
        perror("name_server");
    if (fd >= 0)
        close(fd);
}

int main(int argc, char *argv[])
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t addr_len = sizeof(addr);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (argc == 3) {
        inet_pton(AF_INET, argv[1], &addr.sin_addr);
        addr.sin_port = htons((uint16_t)atoi(argv[2]));
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (tcp < 0 || bind(tcp, (struct sockaddr *)&addr, addr_len) < 0 ||
        getsockname(tcp, (struct sockaddr *)&addr, &addr_len) < 0 || listen(tcp, 8) < 0 ||
        udp < 0 || bind(udp, (struct sockaddr *)&addr, addr_len) < 0)
        return EXIT_FAILURE;
    printf("%u\n", ntohs(addr.sin_port));
    fflush(stdout);
    struct pollfd fds[2] = {{.fd = udp, .events = POLLIN}, {.fd = tcp, .events = POLLIN}};
    while (true) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents)
            serve_udp(udp);
        if (fds[1].revents)
            serve_tcp(tcp);
    }
}
