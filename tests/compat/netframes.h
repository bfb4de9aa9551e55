// ARP frames for both network programs: a request for an address, and its answer.
#ifndef NETFRAMES_H
#define NETFRAMES_H

#include <types.h>
#include <string.h>

#define FRAME_LEN   60
#define ARP_REQUEST 1
#define ARP_REPLY   2

struct arp_frame {
    uint8_t dst[6];
    uint8_t src[6];
    uint8_t head[9]; // type, hardware, protocol, lengths
    uint8_t op;
    uint8_t sender_mac[6];
    uint8_t sender[4];
    uint8_t target_mac[6];
    uint8_t target[4];
    uint8_t padding[18];
} __packed;

STATIC_ASSERT(sizeof(struct arp_frame) == FRAME_LEN)

static inline void ask_for(struct arp_frame *frame, const uint8_t mac[6], const uint8_t addr[4],
                           const uint8_t target[4])
{
    static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0};
    bzero(frame, sizeof(*frame));
    memset(frame->dst, 0xff, 6);
    memcpy(frame->src, mac, 6);
    memcpy(frame->head, head, sizeof(head));
    frame->op = ARP_REQUEST;
    memcpy(frame->sender_mac, mac, 6);
    memcpy(frame->sender, addr, 4);
    memcpy(frame->target, target, 4);
}

static inline bool is_answer(const void *payload, size_t len, const uint8_t mac[6],
                             const uint8_t from[4])
{
    const struct arp_frame *frame = payload;
    return len >= sizeof(*frame) - sizeof(frame->padding) && frame->head[1] == 0x06 &&
           frame->op == ARP_REPLY && !memcmp(frame->target_mac, mac, 6) &&
           !memcmp(frame->sender, from, 4);
}

#endif
