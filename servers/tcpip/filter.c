// Which frames get to lwIP at all: its other protocols are for networks that we are not on, and
// what does not get in cannot break anything.
#include "filter.h"

#define TYPE_IPV4 0x0800
#define TYPE_ARP  0x0806
#define PROTO_TCP 6
#define FLAG_SYN  0x02
#define FLAG_ACK  0x10

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
    if (left < 20 || ip[9] != PROTO_TCP)
        return FRAME_ACCEPTED;
    size_t header = (size_t)(ip[0] & 15) * 4;
    if (header < 20 || left < header + 14)
        return FRAME_ACCEPTED; // lwIP refuses it
    return (ip[header + 13] & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ? FRAME_OPENING : FRAME_ACCEPTED;
}

bool filter_is_arp(const uint8_t *frame, size_t len)
{
    return len >= FRAME_MIN && ((unsigned)frame[12] << 8 | frame[13]) == TYPE_ARP;
}
