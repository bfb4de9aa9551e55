// Which frames get to lwIP at all.
#ifndef TCPIP_FILTER_H
#define TCPIP_FILTER_H

#include <oolong/types.h>
#include <stddef.h>

#define FRAME_MAX 1514 // of Ethernet, without its checksum
#define FRAME_MIN 14

enum frame_kind {
    FRAME_REFUSED,  // neither ARP nor IPv4, or no frame at all
    FRAME_ACCEPTED, // ARP or IPv4
    FRAME_OPENING,  // that asks for a TCP connection
};

enum frame_kind filter_frame(const uint8_t *frame, size_t len);
// Whether it is an IPv4 packet whose source is `addr`, as on the wire.
bool filter_is_from(const uint8_t *frame, size_t len, uint32_t addr);
// Whether an accepted frame is a TCP segment with its ports.
bool filter_is_tcp(const uint8_t *frame, size_t len);
bool filter_is_arp(const uint8_t *frame, size_t len);

#endif
