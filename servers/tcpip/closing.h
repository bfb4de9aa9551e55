// Connections that their owner has closed, with bytes that the peer has not acknowledged. They are
// still sent, but not for ever: to a peer that takes nothing for 20 seconds, or not all in five
// minutes, no longer; and only so many bytes and connections at a time. The client address with the
// most of them loses its stalest first.
#ifndef TCPIP_CLOSING_H
#define TCPIP_CLOSING_H

#include "sock.h"

#define CLOSING_MAX_NUM    1024u
#define CLOSING_MAX_BYTES  (64u * 1024 * 1024)
#define CLOSING_SILENT_MS  20000u
#define CLOSING_LONGEST_MS 300000u

// Takes a connection over, with its memory.
void closing_add(struct sock *sock);
// The socket of a connection that is closing. NULL: it is none.
struct sock *closing_of(const struct tcp_pcb *pcb);
// Ends those that take too long, and frees what belongs to those that are over. Every now and then.
void closing_sweep(uint64_t now);
unsigned closing_num(void);

#endif
