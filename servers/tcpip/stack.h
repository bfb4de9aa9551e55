// The TCP/IP stack: lwIP with one network interface, on one thread. Times are milliseconds.
// Addresses are in host byte order.
#ifndef TCPIP_STACK_H
#define TCPIP_STACK_H

#include <oolong/types.h>
#include "options.h"

// Starts lwIP. Call it once, before all others.
void stack_init(const struct options *options);

// The device with this address is there, so frames can be sent. The second: the device is gone
// (link.c).
void stack_device_up(const uint8_t mac[6]);
void stack_device_down(void);

// Takes a frame that has arrived. Copies it.
void stack_input(const void *frame, size_t len);

// The addresses of the interface (link.c), from the arguments or from DHCP; 0: none yet.
void stack_set_address(uint32_t addr, uint32_t netmask, uint32_t gateway);
void stack_get_address(uint32_t *addr, uint32_t *netmask, uint32_t *gateway);
const uint8_t *stack_mac(void);

// Runs the timers that are due. Returns the time until the next timer is due; negative: no timer is
// set.
msec_t stack_run_timers(void);

// A clock that does not go backwards (clock.c).
uint64_t stack_now_ms(void);

// resolver.c: asks one name server for addresses.

void resolver_set_server(uint32_t addr, uint16_t port);
uint32_t resolver_server(void);
// Asks for the address of `name`. OK: `*addr` is known already. DONT_REPLY: up_resolved() tells
// `client` later. Errors are those of tcpip.dns_resolve.
__mustuse error_t resolver_ask(task_t client, const char *name, uint32_t *addr);
void resolver_forget_client(task_t client);
msec_t resolver_run_timers(void);

// echo.c: sends ICMP echo requests.

// Pings `addr`. DONT_REPLY: up_echoed() tells `client` the result. Errors are those of tcpip.ping.
__mustuse error_t echo_ask(task_t client, uint32_t addr, unsigned timeout_ms);
void echo_forget_client(task_t client);
msec_t echo_run_timers(void);

// dhcp.c: gets the addresses from a DHCP server.

// Begins to ask. Call it when the device is there.
void dhcp_begin(void);
// Takes a frame if it is for the DHCP client. False: it is not.
bool dhcp_input(const uint8_t *frame, size_t len);
msec_t dhcp_run_timers(void);

// The shorter of two times; negative means never.
static inline msec_t sooner(msec_t a, msec_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

#endif
