// The functions that the network calls in its user: the task, which tells its clients (events.c,
// device.c), or a test. They go up through the layers. The linker connects them instead of a table
// of pointers, so each program that links the network defines all of them.
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

// Something happened to a socket that has an owner. False: it could not be told.
bool up_event(const struct sock *sock, enum sock_event event);

// What a task waits for is done, or failed.
void up_connected(struct sock *sock, error_t err); // on failure the socket is freed next
void up_written(task_t client, error_t err);
void up_resolved(task_t client, uint32_t addr, error_t err);
void up_echoed(task_t client, unsigned rtt_us, error_t err);

// A frame for the device, which is copied.
void up_transmit(const void *frame, size_t len);

// The addresses are there, or others (DHCP).
void up_configured(void);

// Random numbers that nobody can guess.
uint32_t up_random(void);

#endif
