// Makes lwIP send faster when packets are lost or the round trip is long. lwIP's timer ticks every
// half second, so if the last packet of a transfer is lost, the transfer takes a second or more
// longer. After a fast retransmission, lwIP does not resend the next missing segment, as RFC 6582
// does. Its send buffer has 64 KiB. Here, each connection has a timer of its own (RFC 6298, at
// least 200 ms), recovers segment by segment, and has a buffer that grows with the bytes under way.
// Times are milliseconds.
#ifndef TCPIP_RECOVERY_H
#define TCPIP_RECOVERY_H

#include "lwip_err.h"

#include <lwip/tcp.h>
#include <oolong/types.h>

// The state of one connection; {0} at first.
struct flow {
    bool started;
    bool recovering;    // a fast recovery is under way
    uint32_t recover;   // the recovery ends when this sequence number is acknowledged
    unsigned num_holes; // lost segments that this recovery has found so far
    uint32_t acked;     // the pcb's lastack at the last look
    tcpwnd_size_t cwnd; // the pcb's cwnd at the last look
    bool timing;        // measures how long `timed` takes to be acknowledged
    uint32_t timed;
    uint64_t timed_ms;
    bool has_rtt;
    uint32_t srtt_ms;
    uint32_t var_ms;
    unsigned backoff;
    uint64_t due_ms;      // when the timer fires; 0: nothing is under way
    size_t extra;         // bytes of buffer beyond lwIP's own
    uint64_t progress_ms; // time of the last acknowledgement, or since when bytes are under way
};

// Call it for a new connection, before anything is sent.
void recovery_begin(struct flow *flow, struct tcp_pcb *pcb);
// Call it when the connection ends. Releases its extra buffer. lwIP may have freed the pcb already.
void recovery_end(struct flow *flow);

// Call it when lwIP has handled a packet of the connection.
void recovery_received(struct flow *flow, struct tcp_pcb *pcb);
// Call it when lwIP was given bytes to send.
void recovery_sent(struct flow *flow, struct tcp_pcb *pcb);
// Retransmits segments if the timer is due. `now` is stack_now_ms().
void recovery_run(struct flow *flow, struct tcp_pcb *pcb, uint64_t now);

// Whether the timer of a connection may be due; then recovery_run() has to be called for each.
bool recovery_is_due(uint64_t now);
// Milliseconds until that is the case; negative: never.
msec_t recovery_remaining(uint64_t now);

// The number of bytes that the peer has not acknowledged: those in the send buffer and those under
// way.
size_t recovery_outstanding(const struct flow *flow, const struct tcp_pcb *pcb);

#endif
