// The arguments of tcpip, as the suite file gives them:
//
//   address=10.0.2.15/24    the server's address and the length of the network prefix
//   gateway=10.0.2.2        the router for all other addresses
//   dns=10.0.2.3[:PORT]     the name server
//   dhcp                    asks a DHCP server for all three instead
//   resea                   behaves like Resea's server: `read` gives an empty payload if there is
//                           nothing to read; `received` and `new_client` are sent again after each
//                           `read` and `accept` that leaves something to read or to accept
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
// ERR_INVALID_ARG: tcpip has no such argument.
__mustuse error_t options_parse(struct options *options, const char *argument);

// Reads an address such as "10.0.2.2" into `*addr`. False: the text is no address.
bool parse_addr(const char *text, size_t len, uint32_t *addr);

#endif
