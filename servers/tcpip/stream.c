// TCP connections and listeners, on lwIP's callbacks. Received bytes are kept until the owner reads
// them, and only then does the peer's window open again. Sent bytes wait in lwIP's buffer; no more
// are taken than fit there.
#include "closing.h"

#include <errno.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>
#include "sock.h"

#define SOCKS_MAX   4096 // sockets of all clients, with the connections that wait to be accepted
#define BACKLOG_MAX 1024
#define LATE_MAX    1024              // connections whose SYN came before there were too many
#define ROOM_MIN    (TCP_SND_BUF / 4) // the owner is told only if at least this much is free
#define QUEUE_MAX   2048u // packets of a connection that wait to be sent or acknowledged

static unsigned num_socks;

static struct sock *new_sock(enum sock_kind kind)
{
    struct sock *sock = num_socks < SOCKS_MAX ? calloc(1, sizeof(*sock)) : NULL;
    if (!sock)
        return NULL;
    num_socks++;
    sock->kind = kind;
    list_init(&sock->waiting);
    list_nullify(&sock->next);
    return sock;
}

static error_t error_of(err_t err)
{
    switch (err) {
    case ERR_OK:
        return OK;
    case ERR_MEM:
    case ERR_BUF:
        return ERR_NO_MEMORY;
    case ERR_USE:
        return ERR_IN_USE;
    case ERR_RTE:
        return ERR_UNAVAILABLE;
    default:
        return ERR_ABORTED;
    }
}

// --- Sending ------------------------------------------------------------------------------------

// lwIP limits the number of packets that a connection holds to what fits the buffer size that it
// was compiled with. A connection may have a larger buffer here (recovery.h). So this function
// hides the count from lwIP during the call.
static err_t write_some(struct tcp_pcb *pcb, const void *data, size_t len)
{
    u16_t hidden = pcb->snd_queuelen > 1 ? (u16_t)(pcb->snd_queuelen - 1) : 0;
    pcb->snd_queuelen = (u16_t)(pcb->snd_queuelen - hidden);
    err_t err = tcp_write(pcb, data, (u16_t)len, TCP_WRITE_FLAG_COPY);
    pcb->snd_queuelen = (u16_t)(pcb->snd_queuelen + hidden);
    return err;
}

// Gives lwIP as many bytes as it has room for. `*pushed` becomes their number.
static error_t push(struct sock *sock, const uint8_t *data, size_t len, size_t *pushed)
{
    struct tcp_pcb *pcb = sock->pcb;
    size_t at = 0;
    while (at < len && pcb->snd_queuelen < QUEUE_MAX) {
        size_t n = MIN(len - at, (size_t)tcp_sndbuf(pcb));
        if (n == 0)
            break;
        err_t err = write_some(pcb, data + at, n);
        // The piece needs more packets than lwIP may queue: a smaller piece may still fit.
        while (err == ERR_MEM && n > TCP_MSS) {
            n /= 2;
            err = write_some(pcb, data + at, n);
        }
        if (err == ERR_MEM)
            break;
        if (err != ERR_OK)
            return ERR_ABORTED;
        at += n;
    }
    tcp_output(pcb);
    recovery_sent(&sock->flow, pcb);
    *pushed = at;
    return OK;
}

static void end_write(struct sock *sock, error_t err)
{
    if (!sock->out)
        return;
    free(sock->out);
    sock->out = NULL;
    up_written(sock->owner, err);
}

static void go_on_sending(struct sock *sock)
{
    if (sock->out) {
        size_t pushed = 0;
        error_t err = push(sock, sock->out + sock->out_at, sock->out_len - sock->out_at, &pushed);
        sock->out_at += pushed;
        if (IS_ERROR(err) || sock->out_at == sock->out_len)
            end_write(sock, err);
    } else if (sock->wants_room && tcp_sndbuf(sock->pcb) >= ROOM_MIN &&
               tcp_sndqueuelen(sock->pcb) < QUEUE_MAX / 2) {
        sock->wants_room = false;
        sock_untell(sock, SOCK_WRITABLE);
        sock_tell(sock, SOCK_WRITABLE);
    }
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
    (void)pcb, (void)len;
    go_on_sending(arg);
    return ERR_OK;
}

// Called every half second. Continues writes that stopped because there was no memory.
static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    (void)pcb;
    go_on_sending(arg);
    return ERR_OK;
}

// --- Receiving ----------------------------------------------------------------------------------

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct sock *sock = arg;
    (void)pcb, (void)err;
    if (!p) {
        sock->end = ERR_END;
        sock_tell(sock, SOCK_CLOSED);
        return ERR_OK;
    }
    uint8_t *room = fifo_reserve(&sock->in, p->tot_len);
    if (!room)
        return ERR_MEM; // lwIP keeps the data and calls again
    fifo_added(&sock->in, pbuf_copy_partial(p, room, p->tot_len, 0));
    pbuf_free(p);
    sock_tell(sock, SOCK_RECEIVED);
    return ERR_OK;
}

static void leave_listener(struct sock *sock)
{
    if (!sock->listener)
        return;
    list_remove(&sock->next);
    sock->listener->num_waiting--;
    sock->listener = NULL;
}

// The connection broke. lwIP has freed the pcb.
static void on_err(void *arg, err_t err)
{
    struct sock *sock = arg;
    sock->pcb = NULL;
    sock->end = ERR_ABORTED;
    recovery_end(&sock->flow);
    if (sock->kind == SOCK_STREAM_CONNECTING) {
        up_connected(sock, err == ERR_RST ? ERR_UNAVAILABLE : ERR_TIMEOUT);
        sock_free(sock);
    } else if (sock->listener) {
        sock_free(sock);
    } else {
        end_write(sock, ERR_ABORTED);
        sock_tell(sock, SOCK_CLOSED);
    }
}

static void attach(struct sock *sock, struct tcp_pcb *pcb)
{
    sock->pcb = pcb;
    tcp_arg(pcb, sock);
    tcp_recv(pcb, on_recv);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_err);
    tcp_poll(pcb, on_poll, 1);
    tcp_nagle_disable(pcb);
    recovery_begin(&sock->flow, pcb);
}

void stream_received(struct tcp_pcb *pcb)
{
    struct sock *sock = pcb->errf == on_err ? pcb->callback_arg : closing_of(pcb);
    if (sock && pcb->state >= ESTABLISHED)
        recovery_received(&sock->flow, pcb);
}

void stream_run_timers(uint64_t now)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs, *next; pcb; pcb = next) {
        struct sock *sock = pcb->errf == on_err ? pcb->callback_arg : closing_of(pcb);
        next = pcb->next;
        if (sock && pcb->state >= ESTABLISHED)
            recovery_run(&sock->flow, pcb, now);
    }
}

static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
}

// --- Opening ------------------------------------------------------------------------------------

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct sock *sock = arg;
    (void)pcb, (void)err; // lwIP only ever says ERR_OK here
    sock->kind = SOCK_STREAM_OPEN;
    up_connected(sock, OK);
    return ERR_OK;
}

error_t stream_connect(uint32_t addr, uint16_t port, struct sock **sock)
{
    ip_addr_t ip = IPADDR4_INIT(lwip_htonl(addr));
    struct sock *s = new_sock(SOCK_STREAM_CONNECTING);
    struct tcp_pcb *pcb = s ? tcp_new_ip_type(IPADDR_TYPE_V4) : NULL;
    if (!pcb) {
        if (s)
            sock_free(s);
        return ERR_NO_MEMORY;
    }
    attach(s, pcb);
    err_t err = tcp_connect(pcb, &ip, port, on_connected);
    if (err != ERR_OK) {
        sock_free(s);
        return err == ERR_VAL ? ERR_INVALID_ARG : error_of(err);
    }
    *sock = s;
    return OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct sock *listener = arg;
    if (!pcb || err != ERR_OK || !listener || listener->num_waiting >= listener->backlog + LATE_MAX)
        return ERR_MEM; // lwIP resets the connection
    struct sock *sock = new_sock(SOCK_STREAM_OPEN);
    if (!sock)
        return ERR_MEM;
    attach(sock, pcb);
    sock->listener = listener;
    list_push_back(&listener->waiting, &sock->next);
    listener->num_waiting++;
    sock_tell(listener, SOCK_NEW_CLIENT);
    return ERR_OK;
}

bool stream_has_room(uint16_t port)
{
    for (struct tcp_pcb_listen *pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next) {
        const struct sock *listener = pcb->callback_arg;
        if (pcb->local_port == port && listener)
            return listener->num_waiting < listener->backlog && num_socks < SOCKS_MAX;
    }
    return true; // lwIP refuses it
}

error_t stream_listen(uint16_t port, int backlog, struct sock **sock)
{
    if (port == 0 || backlog < 1)
        return ERR_INVALID_ARG;
    struct sock *s = new_sock(SOCK_LISTENER);
    struct tcp_pcb *pcb = s ? tcp_new_ip_type(IPADDR_TYPE_V4) : NULL;
    err_t err = pcb ? ERR_OK : ERR_MEM;
    if (pcb) {
        // A new listener gets the port even if connections of an earlier listener exist.
        ip_set_option(pcb, SOF_REUSEADDR);
        err = tcp_bind(pcb, IP4_ADDR_ANY, port);
    }
    struct tcp_pcb *listening =
        err == ERR_OK ? tcp_listen_with_backlog_and_err(pcb, UINT8_MAX, &err) : NULL;
    if (!listening) {
        if (pcb)
            tcp_abort(pcb);
        if (s)
            sock_free(s);
        return error_of(err);
    }
    s->pcb = listening;
    s->backlog = (unsigned)MIN(backlog, BACKLOG_MAX);
    tcp_arg(listening, s);
    tcp_accept(listening, on_accept);
    *sock = s;
    return OK;
}

error_t stream_accept(struct sock *listener, struct sock **sock)
{
    struct sock *s = LIST_POP_FRONT(&listener->waiting, struct sock, next);
    if (!s) {
        sock_untell(listener, SOCK_NEW_CLIENT);
        return ERR_EMPTY;
    }
    s->listener = NULL;
    if (--listener->num_waiting == 0)
        sock_untell(listener, SOCK_NEW_CLIENT);
    *sock = s;
    return OK;
}

// --- The owner's calls --------------------------------------------------------------------------

error_t stream_read(struct sock *sock, size_t len, void **data, size_t *data_len)
{
    if (sock->in.len == 0) {
        sock_untell(sock, SOCK_RECEIVED);
        return IS_ERROR(sock->end) ? sock->end : ERR_EMPTY;
    }
    len = MIN(len, sock->in.len);
    void *buf = malloc(len > 0 ? len : 1);
    if (!buf)
        return ERR_NO_MEMORY;
    fifo_take(&sock->in, buf, len);
    if (sock->in.len == 0)
        sock_untell(sock, SOCK_RECEIVED);
    if (sock->pcb)
        tcp_recved(sock->pcb, (u16_t)len); // at most the window, which has 16 bits
    *data = buf;
    *data_len = len;
    return OK;
}

void stream_tell_rest(struct sock *sock)
{
    enum sock_event event = sock->kind == SOCK_LISTENER ? SOCK_NEW_CLIENT : SOCK_RECEIVED;
    if (sock->in.len == 0 && sock->num_waiting == 0)
        return;
    sock_untell(sock, event);
    sock_tell(sock, event);
}

error_t stream_send(struct sock *sock, const void *data, size_t len, size_t *sent)
{
    if (!sock->pcb || sock->out)
        return ERR_ABORTED;
    OK_OR_RETURN(push(sock, data, len, sent));
    sock->wants_room = *sent < len;
    return OK;
}

error_t stream_write(struct sock *sock, const void *data, size_t len)
{
    size_t pushed = 0;
    if (!sock->pcb || sock->out)
        return ERR_ABORTED;
    OK_OR_RETURN(push(sock, data, len, &pushed));
    size_t left = len - pushed;
    if (left == 0)
        return OK;
    sock->out = malloc(left);
    if (!sock->out)
        return ERR_NO_MEMORY;
    memcpy(sock->out, (const uint8_t *)data + pushed, left);
    sock->out_len = left;
    sock->out_at = 0;
    return DONT_REPLY;
}

error_t stream_peer(const struct sock *sock, uint32_t *addr, uint16_t *port)
{
    if (!sock->pcb)
        return ERR_NOT_FOUND;
    *addr = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&sock->pcb->remote_ip)));
    *port = sock->pcb->remote_port;
    return OK;
}

static void close_listener(struct sock *sock)
{
    tcp_arg(sock->pcb, NULL);
    tcp_accept(sock->pcb, NULL);
    (void)tcp_close(sock->pcb);
    sock->pcb = NULL;
}

static void close_pcb(struct sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    sock->pcb = NULL;
    detach(pcb);
    recovery_end(&sock->flow);
    if (tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

void sock_free(struct sock *sock)
{
    struct sock *waiting;
    while ((waiting = LIST_POP_FRONT(&sock->waiting, struct sock, next))) {
        waiting->listener = NULL;
        sock_free(waiting);
    }
    leave_listener(sock);
    if (sock->kind == SOCK_DATAGRAMS) {
        datagram_free(sock);
        return;
    }
    // If unread bytes were left, lwIP would reset the connection, and sent bytes could be lost.
    if (sock->pcb && sock->in.len > 0)
        tcp_recved(sock->pcb, (u16_t)sock->in.len);
    fifo_free(&sock->in);
    free(sock->out);
    sock->out = NULL;
    num_socks--;
    if (sock->pcb && sock->kind == SOCK_STREAM_OPEN && (sock->pcb->unsent || sock->pcb->unacked)) {
        closing_add(sock);
        return;
    }
    if (sock->kind == SOCK_LISTENER && sock->pcb)
        close_listener(sock);
    else if (sock->pcb)
        close_pcb(sock);
    free(sock);
}

void sock_own(struct sock *sock, task_t owner, handle_t handle)
{
    sock->owner = owner;
    sock->handle = handle;
    if (sock->in.len > 0)
        sock_tell(sock, SOCK_RECEIVED);
    if (IS_ERROR(sock->end))
        sock_tell(sock, SOCK_CLOSED);
}
