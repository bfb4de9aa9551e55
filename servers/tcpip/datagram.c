// UDP sockets: see sock.h.
#include <stdlib.h>
#include <string.h>
#include "sock.h"

#define DATAGRAMS_MAX 64                  // datagrams that wait on one socket
#define BYTES_MAX     (16u * 1024 * 1024) // bytes of all waiting datagrams
#define SOCKS_MAX     1024
#define PAYLOAD_MAX   65507

struct datagram {
    list_elem_t next;
    uint32_t addr;
    uint16_t port;
    size_t len;
    uint8_t bytes[];
};

static unsigned num_socks;
static size_t num_bytes;

static void on_recv(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *addr,
                    u16_t port)
{
    struct sock *sock = arg;
    (void)pcb;
    bool fits = sock->num_datagrams < DATAGRAMS_MAX && num_bytes + p->tot_len <= BYTES_MAX;
    struct datagram *d = fits ? malloc(sizeof(*d) + p->tot_len) : NULL;
    if (d) {
        d->addr = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(addr)));
        d->port = port;
        d->len = pbuf_copy_partial(p, d->bytes, p->tot_len, 0);
        num_bytes += d->len;
        list_push_back(&sock->datagrams, &d->next);
        sock->num_datagrams++;
        sock_tell(sock, SOCK_RECEIVED);
    }
    pbuf_free(p);
}

error_t datagram_open(uint16_t port, struct sock **sock)
{
    struct sock *s = num_socks < SOCKS_MAX ? calloc(1, sizeof(*s)) : NULL;
    struct udp_pcb *udp = s ? udp_new_ip_type(IPADDR_TYPE_V4) : NULL;
    err_t err = udp ? udp_bind(udp, IP4_ADDR_ANY, port) : ERR_MEM;
    if (err != ERR_OK) {
        if (udp)
            udp_remove(udp);
        free(s);
        return err == ERR_USE ? ERR_IN_USE : ERR_NO_MEMORY;
    }
    num_socks++;
    s->kind = SOCK_DATAGRAMS;
    s->udp = udp;
    list_init(&s->waiting);
    list_init(&s->datagrams);
    udp_recv(udp, on_recv, s);
    *sock = s;
    return OK;
}

error_t datagram_send(struct sock *sock, uint32_t addr, uint16_t port, const void *data, size_t len)
{
    ip_addr_t ip = IPADDR4_INIT(lwip_htonl(addr));
    if (len > PAYLOAD_MAX)
        return ERR_TOO_LARGE;
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)len, PBUF_RAM);
    if (!p)
        return ERR_NO_MEMORY;
    err_t err = pbuf_take(p, data, (u16_t)len);
    if (err == ERR_OK)
        err = udp_sendto(sock->udp, p, &ip, port);
    pbuf_free(p);
    return err == ERR_OK ? OK : err == ERR_MEM ? ERR_NO_MEMORY : ERR_UNAVAILABLE;
}

error_t datagram_recv(struct sock *sock, void **data, size_t *len, uint32_t *addr, uint16_t *port)
{
    struct datagram *d = LIST_POP_FRONT(&sock->datagrams, struct datagram, next);
    if (!d) {
        sock_untell(sock, SOCK_RECEIVED);
        return ERR_EMPTY;
    }
    if (--sock->num_datagrams == 0)
        sock_untell(sock, SOCK_RECEIVED);
    void *copy = malloc(d->len > 0 ? d->len : 1);
    if (copy && d->len > 0)
        memcpy(copy, d->bytes, d->len);
    *data = copy;
    *len = d->len;
    *addr = d->addr;
    *port = d->port;
    num_bytes -= d->len;
    free(d);
    return copy ? OK : ERR_NO_MEMORY;
}

void datagram_free(struct sock *sock)
{
    struct datagram *d;
    while ((d = LIST_POP_FRONT(&sock->datagrams, struct datagram, next))) {
        num_bytes -= d->len;
        free(d);
    }
    udp_remove(sock->udp);
    free(sock);
    num_socks--;
}
