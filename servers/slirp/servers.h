// Name servers of the host, and whether they answer.
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

// Finds the name servers with an IPv4 address in the text of a resolv.conf. Others are left out:
// there are no IPv6 sockets here.
void servers_find(struct servers *servers, const char *text, size_t len);

// What a frame between the guest and the virtual name server at `server` (as on the wire) says.
enum asked {
    ASKED_NOTHING, // that concerns us
    ASKED_FIRST,
    ASKED_AGAIN,   // there was no answer to the same
    ASKED_REFUSED, // the answer is that the server cannot answer
};

// A frame that the guest sent, or one that it gets.
enum asked servers_see_question(const uint8_t *frame, size_t len, uint32_t server);
enum asked servers_see_answer(const uint8_t *frame, size_t len, uint32_t server);

#endif
