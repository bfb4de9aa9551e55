// What lwIP lacks as a sender where packets are lost or the way is long. Its clock ticks each half
// second, so a lost packet that nothing follows costs a second and more; after a fast
// retransmission it does nothing about the next hole (RFC 6582 does); and a send buffer is 64 KiB.
// Here a connection has a timer of its own (RFC 6298, at least 200 ms), goes from hole to hole, and
// a buffer that grows with what is under way.
#ifndef TCPIP_RECOVERY_H
#define TCPIP_RECOVERY_H

#include "lwip_err.h"

#include <lwip/tcp.h>
#include <oolong/types.h>

// {0} at first; of one connection.
struct flow {
    bool started;
    bool recovering;    // since a fast retransmission
    uint32_t recover;   // up to here, if so
    unsigned num_holes; // so far
    uint32_t acked;     // lwIP's lastack when it was looked at last
    tcpwnd_size_t cwnd; // lwIP's then
    bool timing;        // how long until `timed` is acknowledged
    uint32_t timed;
    uint64_t timed_ms;
    bool has_rtt;
    uint32_t srtt_ms;
    uint32_t var_ms;
    unsigned backoff;
    uint64_t due_ms;      // of the timer; 0: nothing is under way
    size_t extra;         // bytes of buffer beyond lwIP's own
    uint64_t progress_ms; // when something was acknowledged last, or began to be under way
};

// A connection is new, before anything was sent on it.
void recovery_begin(struct flow *flow, struct tcp_pcb *pcb);
// It ends: its buffer is for others. The pcb may be gone.
void recovery_end(struct flow *flow);

// A packet of it came, and lwIP is done with it.
void recovery_received(struct flow *flow, struct tcp_pcb *pcb);
// Something was given to lwIP to send.
void recovery_sent(struct flow *flow, struct tcp_pcb *pcb);
// Sends again when it is due.
void recovery_run(struct flow *flow, struct tcp_pcb *pcb, uint64_t now);

// Whether the timer of a connection may be due; then recovery_run() has to be called for each.
bool recovery_is_due(uint64_t now);
// In how many milliseconds that will be; negative: never.
msec_t recovery_remaining(uint64_t now);

// How many bytes are not acknowledged, in lwIP's buffer and under way.
size_t recovery_outstanding(const struct flow *flow, const struct tcp_pcb *pcb);

#endif
