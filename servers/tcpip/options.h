// The arguments of tcpip, as the suite file gives them:
//
//   address=10.0.2.15/24    the own address and how many of its bits are the network's
//   gateway=10.0.2.2        where everything else goes
//   dns=10.0.2.3[:PORT]     the name server
//   dhcp                    asks the network for all three instead
//   resea                   behaves as Resea's server: `read` answers an empty payload when there
//                           is nothing (yet, or any more); `received` and `new_client` are told
//                           again after each `read` and `accept` that leaves something
#ifndef TCPIP_OPTIONS_H
#define TCPIP_OPTIONS_H

#include <oolong/types.h>

// Addresses in host byte order; 0: not given.
struct options {
    bool dhcp;
    bool resea;
    uint32_t addr;
    uint32_t netmask;
    uint32_t gateway;
    uint32_t dns;
    uint16_t dns_port;
};

// {no addresses, port 53}
#define OPTIONS_INIT ((struct options){.dns_port = 53})

// Reads one argument into `options`.
//
// ERR_INVALID_ARG: it is no argument of tcpip.
__mustuse error_t options_parse(struct options *options, const char *argument);

// Reads an address such as "10.0.2.2" into `*addr`. False: it is no address.
bool parse_addr(const char *text, size_t len, uint32_t *addr);

#endif
