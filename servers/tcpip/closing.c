// Connections that their owner has closed: see closing.h.
#include "closing.h"
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include "stack.h"

#define BUCKETS 256 // hash buckets of client addresses

static list_t closing = {&closing, &closing};
static unsigned num;

// lwIP has ended the connection: the peer reset it or does not answer.
static void on_err(void *arg, err_t err)
{
    struct sock *sock = arg;
    (void)err;
    recovery_end(&sock->flow);
    list_remove(&sock->next);
    free(sock);
    num--;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    (void)arg, (void)err;
    if (p) {
        tcp_recved(pcb, p->tot_len); // its owner has closed the connection, so no client reads it
        pbuf_free(p);
    }
    return ERR_OK;
}

struct sock *closing_of(const struct tcp_pcb *pcb)
{
    return pcb->errf == on_err ? pcb->callback_arg : NULL;
}

unsigned closing_num(void)
{
    return num;
}

static unsigned bucket_of(const struct tcp_pcb *pcb)
{
    uint32_t addr = ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip));
    return (addr * 2654435761u) >> 24;
}

// Finds the address with the most closing connections. Of these, ends the one that has made no
// progress for the longest time. lwIP frees finished connections without a callback, so only lwIP's
// list says which exist.
static void end_one(void)
{
    unsigned counts[BUCKETS] = {0};
    unsigned most = 0;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        unsigned bucket = bucket_of(pcb);
        if (closing_of(pcb) && ++counts[bucket] > counts[most])
            most = bucket;
    }
    struct tcp_pcb *stalest = NULL;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        struct sock *sock = closing_of(pcb);
        if (sock && bucket_of(pcb) == most &&
            (!stalest || sock->flow.progress_ms < closing_of(stalest)->flow.progress_ms))
            stalest = pcb;
    }
    if (stalest)
        tcp_abort(stalest);
}

static size_t bytes_owed(void)
{
    size_t bytes = 0;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        struct sock *sock = closing_of(pcb);
        bytes += sock ? recovery_outstanding(&sock->flow, pcb) : 0;
    }
    return bytes;
}

void closing_add(struct sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    sock->kind = SOCK_CLOSING;
    sock->owner = 0;
    sock->closing_since_ms = stack_now_ms();
    tcp_arg(pcb, sock);
    tcp_recv(pcb, on_recv);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, on_err);
    tcp_poll(pcb, NULL, 0);
    list_push_back(&closing, &sock->next);
    num++;
    if (tcp_close(pcb) != ERR_OK) {
        tcp_abort(pcb);
        return;
    }
    if (num > CLOSING_MAX_NUM)
        closing_sweep(stack_now_ms());
    while (num > CLOSING_MAX_NUM || (num > 1 && bytes_owed() > CLOSING_MAX_BYTES)) {
        unsigned before = num;
        end_one();
        if (num == before)
            break;
    }
}

void closing_sweep(uint64_t now)
{
    if (num == 0)
        return;
    LIST_FOR_EACH (sock, &closing, struct sock, next)
        sock->seen = false;
    for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb; pcb = next) {
        struct sock *sock = closing_of(pcb);
        next = pcb->next;
        if (!sock)
            continue;
        sock->seen = true;
        bool owes = pcb->unsent || pcb->unacked;
        if ((owes && now - sock->flow.progress_ms > CLOSING_SILENT_MS) ||
            now - sock->closing_since_ms > CLOSING_LONGEST_MS)
            tcp_abort(pcb);
    }
    // Connections in TIME_WAIT have nothing left to send.
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next) {
        if (closing_of(pcb)) {
            tcp_arg(pcb, NULL);
            tcp_err(pcb, NULL);
        }
    }
    LIST_FOR_EACH (sock, &closing, struct sock, next) {
        if (!sock->seen)
            on_err(sock, ERR_CLSD);
    }
}
