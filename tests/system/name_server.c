// A name server on 127.0.0.1 for the tests: prints its port, then answers until it is killed.
// known.test is 10.0.2.2, alias.test another name of it; slow.test is answered the second time,
// wrong.test with another question's answer first; everything else is not there.
#include <arpa/inet.h>
#include <ares.h>
#include <arpa/nameser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>

#define HEADER 12

static const unsigned char addr_record[] = {0xc0, HEADER, 0, 1, 0,  1, 0, 0,
                                            0,    60,     0, 4, 10, 0, 2, 2};
static const unsigned char alias_records[] = {0xc0, HEADER, 0, 5, 0, 1, 0, 0, 0, 60, 0, 12, 5, 'k',
                                              'n', 'o', 'w', 'n', 4, 't', 'e', 's', 't', 0,
                                              // the name at the end of the first
                                              5, 'k', 'n', 'o', 'w', 'n', 4, 't', 'e', 's', 't', 0,
                                              0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 2, 2};

// Makes an answer of a question. Returns its length.
static size_t answer(unsigned char *packet, size_t len, const void *records, size_t records_len,
                     unsigned count)
{
    packet[2] = 0x81;
    packet[3] = count ? 0x80 : 0x83; // no such name
    packet[7] = (unsigned char)count;
    memcpy(packet + len, records, records_len);
    return len + records_len;
}

int main(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t addr_len = sizeof(addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool was_slow = false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, addr_len) < 0 ||
        getsockname(fd, (struct sockaddr *)&addr, &addr_len) < 0)
        return EXIT_FAILURE;
    printf("%u\n", ntohs(addr.sin_port));
    fflush(stdout);
    while (true) {
        unsigned char packet[1500];
        char *name;
        long used;
        addr_len = sizeof(addr);
        ssize_t len = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&addr, &addr_len);
        if (len <= HEADER ||
            ares_expand_name(packet + HEADER, packet, (int)len, &name, &used) != ARES_SUCCESS)
            continue;
        size_t n = (size_t)len;
        bool skip = strcasecmp(name, "slow.test") == 0 && !was_slow;
        was_slow = was_slow || skip;
        if (strcasecmp(name, "wrong.test") == 0) {
            unsigned char other[1500];
            memcpy(other, packet, n);
            other[HEADER + 1] = 'x'; // xrong.test
            size_t other_len = answer(other, n, addr_record, sizeof(addr_record), 1);
            sendto(fd, other, other_len, 0, (struct sockaddr *)&addr, addr_len);
        }
        if (strcasecmp(name, "known.test") == 0 || strcasecmp(name, "slow.test") == 0)
            n = answer(packet, n, addr_record, sizeof(addr_record), 1);
        else if (strcasecmp(name, "alias.test") == 0)
            n = answer(packet, n, alias_records, sizeof(alias_records), 2);
        else
            n = answer(packet, n, "", 0, 0);
        if (!skip)
            sendto(fd, packet, n, 0, (struct sockaddr *)&addr, addr_len);
        ares_free_string(name);
    }
}
