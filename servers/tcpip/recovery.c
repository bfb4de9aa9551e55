// Faster recovery of lost segments than lwIP's: see recovery.h.
#include "recovery.h"
#include <lwip/priv/tcp_priv.h>
#include "stack.h"

#define RTO_MIN_MS     200u
#define RTO_FIRST_MS   1000u
#define RTO_MAX_MS     60000u
#define BUFFER_MAX     (2048u * 1024)      // send buffer of one connection, in bytes
#define EXTRA_MAX      (32u * 1024 * 1024) // bytes of all send buffers together, beyond lwIP's own
#define FIRST_SEGMENTS 10u // segments under way before the first acknowledgement (RFC 6928)

static size_t extra;
static uint64_t wake_ms = UINT64_MAX; // when a connection may have to send again

static void wake_at(uint64_t ms)
{
    wake_ms = MIN(wake_ms, ms);
}

bool recovery_is_due(uint64_t now)
{
    if (now < wake_ms)
        return false;
    wake_ms = UINT64_MAX;
    return true;
}

msec_t recovery_remaining(uint64_t now)
{
    if (wake_ms == UINT64_MAX)
        return -1;
    return wake_ms > now ? (msec_t)(wake_ms - now) : 0;
}

void recovery_begin(struct flow *flow, struct tcp_pcb *pcb)
{
    *flow = (struct flow){.acked = pcb->lastack, .progress_ms = stack_now_ms()};
    // Without this, lwIP would leave slow start as soon as the window reaches the buffer size that
    // lwIP was compiled with.
    pcb->ssthresh = BUFFER_MAX / 2;
}

void recovery_end(struct flow *flow)
{
    extra -= flow->extra;
    flow->extra = 0;
    flow->due_ms = 0;
}

size_t recovery_outstanding(const struct flow *flow, const struct tcp_pcb *pcb)
{
    size_t size = TCP_SND_BUF + flow->extra;
    return pcb->snd_buf < size ? size - pcb->snd_buf : 0;
}

static uint32_t rto_ms(const struct flow *flow)
{
    uint32_t rto = RTO_FIRST_MS;
    if (flow->has_rtt)
        rto = flow->srtt_ms + MAX(4 * flow->var_ms, 10u);
    rto = MAX(rto, RTO_MIN_MS) << MIN(flow->backoff, 8u);
    return MIN(rto, RTO_MAX_MS);
}

static void arm(struct flow *flow, struct tcp_pcb *pcb, uint64_t now)
{
    uint32_t rto = rto_ms(flow);
    flow->due_ms = now + rto;
    // lwIP's own timer is set later, so that it fires only if this one does not.
    pcb->rto = (s16_t)MAX(pcb->rto, (s16_t)(2 * rto / TCP_SLOW_INTERVAL + 4));
    if (pcb->rtime > 0)
        pcb->rtime = 0;
    wake_at(flow->due_ms);
}

// RFC 6298. Segments that were retransmitted are not measured.
static void measure(struct flow *flow, uint32_t rtt)
{
    if (!flow->has_rtt) {
        flow->srtt_ms = rtt;
        flow->var_ms = rtt / 2;
        flow->has_rtt = true;
        return;
    }
    uint32_t off = rtt > flow->srtt_ms ? rtt - flow->srtt_ms : flow->srtt_ms - rtt;
    flow->var_ms = (3 * flow->var_ms + off + 2) / 4;
    flow->srtt_ms = (7 * flow->srtt_ms + rtt + 4) / 8;
}

// Lets the buffer grow to twice the bytes that may be under way. So there is data to send when
// these bytes are acknowledged. A peer that acknowledges nothing gets no larger buffer.
static void grow_buffer(struct flow *flow, struct tcp_pcb *pcb)
{
    size_t size = TCP_SND_BUF + flow->extra;
    size_t window = MIN(pcb->cwnd, pcb->snd_wnd_max);
    size_t wanted = MIN(2 * window, (size_t)BUFFER_MAX);
    if (wanted <= size)
        return;
    size_t more = MIN(wanted - size, EXTRA_MAX - extra);
    flow->extra += more;
    extra += more;
    pcb->snd_buf += (tcpwnd_size_t)more;
}

// RFC 6582: after a fast retransmission, a partial acknowledgement shows where the next lost
// segment begins. Sends that segment again.
static void go_to_next_hole(struct flow *flow, struct tcp_pcb *pcb, uint32_t num)
{
    if (tcp_rexmit(pcb) != ERR_OK)
        return;
    tcpwnd_size_t left = flow->cwnd > num ? flow->cwnd - num : 0;
    pcb->cwnd = MAX(left, (tcpwnd_size_t)pcb->mss) + pcb->mss;
    // Each further duplicate acknowledgement means that a segment has left the network.
    tcp_set_flags(pcb, TF_INFR);
    pcb->dupacks = 3;
    flow->timing = false;
    tcp_output(pcb);
}

static void advance(struct flow *flow, struct tcp_pcb *pcb, uint64_t now)
{
    uint32_t num = pcb->lastack - flow->acked;
    flow->acked = pcb->lastack;
    flow->progress_ms = now;
    flow->backoff = 0;
    if (flow->timing && TCP_SEQ_GEQ(pcb->lastack, flow->timed)) {
        measure(flow, (uint32_t)(now - flow->timed_ms));
        flow->timing = false;
    }
    grow_buffer(flow, pcb);
    if (flow->recovering && TCP_SEQ_LT(pcb->lastack, flow->recover) && pcb->unacked) {
        go_to_next_hole(flow, pcb, num);
        // Only the first hole restarts the timer. With many holes the timer then fires, which is
        // quicker than one hole for each round trip.
        if (flow->num_holes++ > 0 && flow->due_ms)
            return;
    } else {
        flow->recovering = false;
    }
    arm(flow, pcb, now);
}

void recovery_received(struct flow *flow, struct tcp_pcb *pcb)
{
    uint64_t now = stack_now_ms();
    if (!flow->started) {
        flow->started = true;
        flow->acked = pcb->lastack;
        pcb->cwnd = MAX(pcb->cwnd, (tcpwnd_size_t)(FIRST_SEGMENTS * pcb->mss));
        tcp_output(pcb);
    }
    if (pcb->lastack != flow->acked) {
        advance(flow, pcb, now);
    } else if ((pcb->flags & TF_INFR) && !flow->recovering) {
        flow->recovering = true;
        flow->num_holes = 0;
        flow->recover = pcb->snd_nxt;
        flow->timing = false;
        arm(flow, pcb, now);
    }
    recovery_sent(flow, pcb);
}

void recovery_sent(struct flow *flow, struct tcp_pcb *pcb)
{
    uint64_t now = stack_now_ms();
    flow->cwnd = pcb->cwnd;
    if (!pcb->unacked) {
        flow->due_ms = 0;
        flow->timing = false;
        return;
    }
    if (!flow->due_ms) {
        flow->progress_ms = now;
        arm(flow, pcb, now);
    }
    if (!flow->timing && !flow->recovering && flow->backoff == 0) {
        flow->timing = true;
        flow->timed = pcb->snd_nxt;
        flow->timed_ms = now;
    }
}

void recovery_run(struct flow *flow, struct tcp_pcb *pcb, uint64_t now)
{
    if (pcb->lastack != flow->acked) {
        recovery_received(flow, pcb); // stack.c does not report packets from ourselves
        return;
    }
    if (!flow->due_ms || now < flow->due_ms) {
        if (flow->due_ms)
            wake_at(flow->due_ms);
        return;
    }
    flow->due_ms = 0;
    if (!pcb->unacked || tcp_rexmit_rto_prepare(pcb) != ERR_OK)
        return;
    tcpwnd_size_t window = MIN(pcb->cwnd, pcb->snd_wnd);
    pcb->ssthresh = MAX(window / 2, (tcpwnd_size_t)(2 * pcb->mss));
    pcb->cwnd = pcb->mss;
    pcb->bytes_acked = 0;
    pcb->dupacks = 0;
    tcp_clear_flags(pcb, TF_INFR);
    flow->recovering = false;
    flow->timing = false;
    flow->backoff++;
    tcp_rexmit_rto_commit(pcb);
    flow->cwnd = pcb->cwnd;
    arm(flow, pcb, now);
}
