// Connections that their owner has closed while the peer had not acknowledged all bytes. The stack
// goes on sending those bytes, within limits: it gives up after CLOSING_SILENT_MS without an
// acknowledgement, and after CLOSING_LONGEST_MS in any case. Beyond CLOSING_MAX_NUM connections or
// CLOSING_MAX_BYTES of unacknowledged data, it chooses the peer's address with the most closing
// connections. Of these, it ends the one that has made no progress for the longest time.
#ifndef TCPIP_CLOSING_H
#define TCPIP_CLOSING_H

#include "sock.h"

#define CLOSING_MAX_NUM    1024u
#define CLOSING_MAX_BYTES  (64u * 1024 * 1024)
#define CLOSING_SILENT_MS  20000u
#define CLOSING_LONGEST_MS 300000u

// Takes over an open connection whose owner has closed it. Owns `sock` from then on.
void closing_add(struct sock *sock);

// The socket of a closing connection. NULL: the connection is not closing.
struct sock *closing_of(const struct tcp_pcb *pcb);

// Ends connections that take too long and frees those that are over. `now` is stack_now_ms(). Call
// it at each tick of the TCP timer.
void closing_sweep(uint64_t now);

// The number of closing connections.
unsigned closing_num(void);

#endif
