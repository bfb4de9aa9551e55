// lwIP's network interface, which is the device. Its addresses and state are set by stack.h's
// functions.
#ifndef TCPIP_LINK_H
#define TCPIP_LINK_H

#include "lwip_err.h"

#include <lwip/pbuf.h>
#include <oolong/types.h>

// Adds the interface to lwIP.
void link_init(void);

// Gives a frame to lwIP. On success lwIP frees it.
err_t link_input(struct pbuf *p);

// Our own address, in network byte order.
uint32_t link_address(void);

// Whether ARP may be asking for an address: its timer has to run each second.
bool link_is_asking(uint64_t now);

#endif
