// The name servers of the host, and whether they answer.
#ifndef SLIRP_SERVERS_H
#define SLIRP_SERVERS_H

#include <netinet/in.h>
#include <oolong/types.h>
#include <stddef.h>

#define SERVERS_MAX 8

struct servers {
    size_t num;
    char addrs[SERVERS_MAX][INET_ADDRSTRLEN];
};

// Finds the name servers with an IPv4 address in the `len` bytes of a resolv.conf. Others are left
// out, because slirp has no IPv6 sockets.
void servers_find(struct servers *servers, const char *text, size_t len);

// What a frame between the guest and the virtual name server says.
enum asked {
    ASKED_NOTHING, // it is no message of that kind
    ASKED_FIRST,
    ASKED_AGAIN,   // it repeats a question that was not answered
    ASKED_REFUSED, // it answers that the server failed
};

// Look at a frame that the guest has sent, or one for the guest. `server` is the address of the
// virtual name server in network byte order.
enum asked servers_see_question(const uint8_t *frame, size_t len, uint32_t server);
enum asked servers_see_answer(const uint8_t *frame, size_t len, uint32_t server);

#endif
