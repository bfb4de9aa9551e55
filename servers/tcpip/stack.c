// lwIP as one interface on one thread.
//
// Debian's lwIP is built for programs with threads, which a task cannot create. lwIP's core only
// ever runs in one thread at a time. So tcpip_init(), which starts lwIP's thread, is never called:
// the task calls lwIP's raw interface and runs its timers from the main loop.
#include "lwip_err.h"

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/ip4_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcpip.h>
#include <stdlib.h>
#include <string.h>
#include "closing.h"
#include "filter.h"
#include "link.h"
#include "recovery.h"
#include "sock.h"
#include "stack.h"
#include "upcalls.h"

#define PCBS_MAX      8192 // TCP connections in any state, half open ones too
#define TIME_WAIT_MAX 1024 // connections in TIME_WAIT
#define ARP_CATCH_UP  300  // missed ticks after which ARP's table is empty anyway
#define DEFERRED_MAX  8
#define ROUNDS_MAX    64

#define HALF_OPEN_DROPPED 64
#define BUCKETS           256 // hash buckets of client addresses
#define HANDSHAKE_TICKS   2   // half seconds until a SYN is answered again; lwIP has 6

static struct deferred {
    tcpip_callback_fn function;
    void *arg;
} deferred[DEFERRED_MAX];
static unsigned num_deferred;
static uint64_t next_tcp_ms, next_second_ms;
static unsigned num_pcbs; // connections at the last tick, and SYNs since

// lwIP calls this so that its thread calls `function` later, which takes packets to ourselves from
// a queue. This definition replaces the library's. The main loop makes the calls.
err_t tcpip_try_callback(tcpip_callback_fn function, void *ctx)
{
    if (num_deferred == DEFERRED_MAX)
        return ERR_MEM;
    deferred[num_deferred].function = function;
    deferred[num_deferred++].arg = ctx;
    return ERR_OK;
}

// Handles packets to ourselves. Each may cause another one, so the number of rounds is bounded.
// Returns whether the queue is empty.
static bool run_deferred(void)
{
    for (int round = 0; round < ROUNDS_MAX && num_deferred > 0; round++) {
        struct deferred now = deferred[--num_deferred];
        now.function(now.arg);
    }
    return num_deferred == 0;
}

void stack_init(const struct options *options)
{
    srand(up_random()); // lwIP's ports and sequence numbers
    lwip_init();
    link_init();
    if (!options->dhcp)
        stack_set_address(options->addr, options->netmask, options->gateway);
    next_tcp_ms = next_second_ms = stack_now_ms();
}

// A client may ask for a new connection from the address and port of one in TIME_WAIT. If so, ends
// the old connection. Otherwise lwIP would answer for the old one, and the client would have to
// wait until that is gone. The frame is a TCP segment in an IPv4 packet without options.
static void forget_lingering(const uint8_t *frame)
{
    uint32_t addr;
    memcpy(&addr, frame + 26, sizeof(addr));
    unsigned from = (unsigned)frame[34] << 8 | frame[35], to = (unsigned)frame[36] << 8 | frame[37];
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next) {
        if (pcb->remote_port == from && pcb->local_port == to &&
            ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip)) == addr) {
            tcp_abort(pcb);
            return;
        }
    }
}

static unsigned bucket_of(const struct tcp_pcb *pcb)
{
    return (ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip)) * 2654435761u) >> 24;
}

// Ends the oldest half open connections of the client address that has most of them, to make room.
// So a client that begins connections and never completes them cannot lock out others.
static void drop_half_open(void)
{
    struct tcp_pcb *oldest[HALF_OPEN_DROPPED];
    unsigned counts[BUCKETS] = {0}, most = 0, num = 0;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        if (pcb->state == SYN_RCVD && ++counts[bucket_of(pcb)] > counts[most])
            most = bucket_of(pcb);
    }
    // lwIP puts new connections at the head of the list, so the last one found is the oldest.
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        if (pcb->state == SYN_RCVD && bucket_of(pcb) == most)
            oldest[num++ % HALF_OPEN_DROPPED] = pcb;
    }
    for (unsigned i = 0; i < num && i < HALF_OPEN_DROPPED; i++) {
        tcp_abandon(oldest[i], 0);
        num_pcbs--;
    }
}

// Whether a SYN may go on to lwIP. If not, it is dropped and the client repeats it.
static bool may_open(const uint8_t *frame)
{
    if (num_pcbs >= PCBS_MAX)
        drop_half_open();
    return num_pcbs < PCBS_MAX && stream_has_room((uint16_t)(frame[36] << 8 | frame[37]));
}

// Reports the packet that lwIP has just handled to its connection, which lwIP has moved to the head
// of the list.
static void after_tcp(const uint8_t *frame)
{
    struct tcp_pcb *pcb = tcp_active_pcbs;
    if (!pcb || pcb->remote_port != (frame[34] << 8 | frame[35]) ||
        pcb->local_port != (frame[36] << 8 | frame[37]))
        return;
    if (pcb->state == SYN_RCVD && pcb->nrtx == 0)
        pcb->rto = HANDSHAKE_TICKS;
    stream_received(pcb);
}

void stack_input(const void *frame, size_t len)
{
    enum frame_kind kind = filter_frame(frame, len);
    if (kind == FRAME_REFUSED)
        return;
    // A frame from the network whose sender is our own address is forged. lwIP would send the
    // answer to ourselves.
    if (filter_is_from(frame, len, link_address()))
        return;
    if (dhcp_input(frame, len))
        return;
    if (kind == FRAME_OPENING) {
        if (!may_open(frame))
            return;
        forget_lingering(frame);
        num_pcbs++;
    }
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
    if (!p)
        return;
    if (pbuf_take(p, frame, (u16_t)len) != ERR_OK || link_input(p) != ERR_OK)
        pbuf_free(p);
    if (filter_is_tcp(frame, len))
        after_tcp(frame);
}

// lwIP keeps ended connections in TIME_WAIT for two minutes. Beyond TIME_WAIT_MAX, this ends the
// oldest.
static void trim_time_wait(void)
{
    unsigned num = 0;
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next)
        num++;
    num_pcbs = num;
    for (; num > TIME_WAIT_MAX; num--) {
        struct tcp_pcb *last = tcp_tw_pcbs;
        while (last->next)
            last = last->next;
        tcp_abort(last);
    }
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        num_pcbs++;
}

static msec_t run_tcp(uint64_t now)
{
    if (!tcp_active_pcbs && !tcp_tw_pcbs) {
        next_tcp_ms = now + TCP_TMR_INTERVAL;
        num_pcbs = 0;
        return -1;
    }
    if (now >= next_tcp_ms) {
        tcp_tmr();
        trim_time_wait();
        closing_sweep(now);
        // Ticks that were missed during a pause are not made up for.
        next_tcp_ms = MAX(next_tcp_ms + TCP_TMR_INTERVAL, now + 1);
    }
    return (msec_t)MIN(next_tcp_ms - now, (uint64_t)TCP_TMR_INTERVAL);
}

// On a tick of one second, ARP repeats questions and forgets old entries. An idle server is not
// woken for these ticks: they are made up for later.
static void run_seconds(uint64_t now)
{
    for (unsigned i = 0; now >= next_second_ms && i < ARP_CATCH_UP; i++) {
        next_second_ms += 1000;
        etharp_tmr();
        ip_reass_tmr();
    }
    next_second_ms = MAX(next_second_ms, now);
}

msec_t stack_run_timers(void)
{
    uint64_t now = stack_now_ms();
    run_seconds(now);
    bool all = run_deferred();
    msec_t next = sooner(run_tcp(now), all ? -1 : 0);
    if (recovery_is_due(now))
        stream_run_timers(now);
    next = sooner(next, recovery_remaining(now));
    if (link_is_asking(now))
        next = sooner(next, 1000);
    next = sooner(next, resolver_run_timers());
    next = sooner(next, echo_run_timers());
    return sooner(next, dhcp_run_timers());
}
