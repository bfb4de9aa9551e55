// Decides which frames lwIP sees. Addresses are in network byte order.
#ifndef TCPIP_FILTER_H
#define TCPIP_FILTER_H

#include <oolong/types.h>
#include <stddef.h>

#define FRAME_MAX 1514 // bytes of an Ethernet frame without its checksum
#define FRAME_MIN 14

enum frame_kind {
    FRAME_REFUSED,  // neither ARP nor IPv4, or no frame at all
    FRAME_ACCEPTED, // ARP or IPv4
    FRAME_OPENING,  // the first segment of a TCP connection (SYN)
};

// Classifies a frame of any content and length.
enum frame_kind filter_frame(const uint8_t *frame, size_t len);

// The next two take an accepted frame.
// Whether the frame is an IPv4 packet whose source is `addr`.
bool filter_is_from(const uint8_t *frame, size_t len, uint32_t addr);
// Whether the frame is a TCP segment long enough to have both ports.
bool filter_is_tcp(const uint8_t *frame, size_t len);
bool filter_is_arp(const uint8_t *frame, size_t len);

#endif
