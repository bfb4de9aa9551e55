// The other side of the network for tests of tcpip_core: a clock that stands still until it is set,
// frames made by hand, and a hook for those that the stack sends.
#ifndef TEST_TCPIP_PEER_H
#define TEST_TCPIP_PEER_H

#include "lwip_err.h"

#include <oolong/types.h>
#include <stddef.h>
#include "sock.h"

#define OUR_ADDR  0x0a00020fu // the stack's address; all addresses here are in host byte order
#define PEER_ADDR 0x0a000202u

#define FLAG_FIN 1u
#define FLAG_SYN 2u
#define FLAG_RST 4u
#define FLAG_ACK 16u

struct segment {
    uint32_t from, to;
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    unsigned flags;
    uint16_t window;
    const uint8_t *options;
    size_t options_len; // a multiple of 4
    const uint8_t *data;
    size_t data_len;
};

extern uint64_t clock_us;

// Called with each TCP segment that the stack sends. If the stack asks for an address by ARP, it
// always gets an answer.
extern void (*on_segment)(const struct segment *segment, const uint8_t *frame, size_t len);

// The number of events of each kind that the stack has reported.
extern unsigned num_writable, num_closed, num_clients;

void peer_start(void);
// Makes a frame of at most 1514 bytes. Returns its length.
size_t peer_make(uint8_t *frame, const struct segment *segment);
// Makes a frame and gives it to the stack.
void peer_send(const struct segment *segment);
// Parses a frame of the stack. False: it is no TCP segment.
bool peer_parse(const uint8_t *frame, size_t len, struct segment *segment);
// Moves the clock forward by `ms`, and runs the stack's timers that become due.
void peer_wait(uint64_t ms);

#endif
