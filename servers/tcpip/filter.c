// Decides which frames lwIP sees. Frames of other protocols are of no use here. A frame that lwIP
// does not see cannot trigger a fault in it.
#include "filter.h"
#include <string.h>

#define TYPE_IPV4  0x0800
#define TYPE_ARP   0x0806
#define IP_HEADER  20
#define PROTO_ICMP 1
#define PROTO_TCP  6
#define PROTO_UDP  17
#define FLAG_SYN   0x02
#define FLAG_ACK   0x10

enum frame_kind filter_frame(const uint8_t *frame, size_t len)
{
    if (len < FRAME_MIN || len > FRAME_MAX)
        return FRAME_REFUSED;
    unsigned type = (unsigned)frame[12] << 8 | frame[13];
    if (type == TYPE_ARP)
        return FRAME_ACCEPTED;
    if (type != TYPE_IPV4)
        return FRAME_REFUSED;
    const uint8_t *ip = frame + FRAME_MIN;
    size_t left = len - FRAME_MIN;
    // Packets with IP options are refused: the options ask for routes and timestamps, which no part
    // of this server needs.
    if (left < IP_HEADER || ip[0] != 0x45)
        return FRAME_REFUSED;
    if (ip[9] == PROTO_ICMP || ip[9] == PROTO_UDP)
        return FRAME_ACCEPTED;
    if (ip[9] != PROTO_TCP)
        return FRAME_REFUSED; // for example, UDP-Lite with a wrong length makes lwIP abort
    if (left < IP_HEADER + 14)
        return FRAME_ACCEPTED; // lwIP itself refuses it
    return (ip[IP_HEADER + 13] & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ? FRAME_OPENING
                                                                    : FRAME_ACCEPTED;
}

bool filter_is_tcp(const uint8_t *frame, size_t len)
{
    return len >= FRAME_MIN + IP_HEADER + 4 && !filter_is_arp(frame, len) &&
           frame[FRAME_MIN + 9] == PROTO_TCP;
}

bool filter_is_arp(const uint8_t *frame, size_t len)
{
    return len >= FRAME_MIN && ((unsigned)frame[12] << 8 | frame[13]) == TYPE_ARP;
}

bool filter_is_from(const uint8_t *frame, size_t len, uint32_t addr)
{
    return len >= FRAME_MIN + IP_HEADER && ((unsigned)frame[12] << 8 | frame[13]) == TYPE_IPV4 &&
           memcmp(frame + FRAME_MIN + 12, &addr, sizeof(addr)) == 0;
}
