// The functions by which the stack reports events to its user: the task (events.c and device.c tell
// its clients) or a test. These calls go up through the layers. There is no table of pointers: each
// program that links the stack defines all of these functions.
#ifndef TCPIP_UPCALLS_H
#define TCPIP_UPCALLS_H

#include <oolong/message.h>

struct sock;

enum sock_event {
    SOCK_CLOSED = 1 << 0,
    SOCK_RECEIVED = 1 << 1,
    SOCK_NEW_CLIENT = 1 << 2,
    SOCK_WRITABLE = 1 << 3,
};

// Something has happened to a socket that has an owner. False: there is no memory to tell the
// owner.
bool up_event(const struct sock *sock, enum sock_event event);

// A call that a client waits for has succeeded (OK) or failed.
void up_connected(struct sock *sock, error_t err); // on failure the socket is freed next
void up_written(task_t client, error_t err);
void up_resolved(task_t client, uint32_t addr, error_t err);
void up_echoed(task_t client, unsigned rtt_us, error_t err);

// A frame for the device. The callee copies it.
void up_transmit(const void *frame, size_t len);

// The interface has got addresses, or other addresses by DHCP.
void up_configured(void);

// A random number that no other task and no host can guess.
uint32_t up_random(void);

#endif
