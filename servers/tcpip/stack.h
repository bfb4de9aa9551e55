// lwIP as one interface on one thread.
#ifndef TCPIP_STACK_H
#define TCPIP_STACK_H

#include <oolong/types.h>
#include "options.h"

// Starts lwIP. Once.
void stack_init(const struct options *options);

// The device is there: frames may be sent. (link.c)
void stack_device_up(const uint8_t mac[6]);
void stack_device_down(void);

// A frame arrived. It is copied.
void stack_input(const void *frame, size_t len);

// The addresses, in host byte order (link.c). DHCP sets them.
void stack_set_address(uint32_t addr, uint32_t netmask, uint32_t gateway);
void stack_get_address(uint32_t *addr, uint32_t *netmask, uint32_t *gateway);
const uint8_t *stack_mac(void);

// Runs what is due. Returns in how many milliseconds to come again; negative: when something
// happens.
msec_t stack_run_timers(void);

// Milliseconds of a clock that does not go backwards (clock.c).
uint64_t stack_now_ms(void);

// resolver.c: names, of one server over UDP.

void resolver_set_server(uint32_t addr, uint16_t port);
uint32_t resolver_server(void);
// DONT_REPLY: up_resolved() tells. OK: it was known.
__mustuse error_t resolver_ask(task_t client, const char *name, uint32_t *addr);
void resolver_forget_client(task_t client);
msec_t resolver_run_timers(void);

// echo.c: pings.

// DONT_REPLY: up_echoed() tells.
__mustuse error_t echo_ask(task_t client, uint32_t addr, unsigned timeout_ms);
void echo_forget_client(task_t client);
msec_t echo_run_timers(void);

// dhcp.c: addresses of the network's server.

void dhcp_begin(void); // the device is there
// Takes a frame that is for the client. False: it is not.
bool dhcp_input(const uint8_t *frame, size_t len);
msec_t dhcp_run_timers(void);

// The sooner of two; negative is never.
static inline msec_t sooner(msec_t a, msec_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

#endif
