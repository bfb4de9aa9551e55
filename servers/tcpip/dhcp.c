// A small DHCP client (RFC 2131): asks for addresses, takes the first offer and renews the lease
// after half of its time. If it cannot renew the lease before that has run out, it starts from the
// beginning.
#include "lwip_err.h"

#include <lwip/inet_chksum.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/iana.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/udp.h>
#include <lwip/udp.h>
#include <string.h>
#include "filter.h"
#include "stack.h"
#include "upcalls.h"

#define RETRY_MIN_MS 1000u
#define RETRY_MAX_MS 32000u
#define LEASE_MIN    60u
#define LEASE_MAX    (7u * 24 * 3600)

enum phase {
    PHASE_OFF,
    PHASE_DISCOVERING,
    PHASE_REQUESTING,
    PHASE_BOUND,
    PHASE_RENEWING,
};

// The contents of a server's message. Addresses are in host byte order.
struct offer {
    uint8_t type;
    uint32_t addr, netmask, gateway, dns, server;
    uint32_t lease_s;
};

static enum phase phase;
static struct udp_pcb *udp;
static uint32_t xid;
static struct offer offer;
static unsigned retry_ms;
static uint64_t next_ms;   // when to ask again or to renew
static uint64_t expire_ms; // end of the lease

static uint8_t *put_option(uint8_t *at, uint8_t code, const void *value, uint8_t len)
{
    at[0] = code;
    at[1] = len;
    memcpy(at + 2, value, len);
    return at + 2 + len;
}

static uint8_t *put_addr(uint8_t *at, uint8_t code, uint32_t addr)
{
    uint32_t wire = lwip_htonl(addr);
    return put_option(at, code, &wire, sizeof(wire));
}

static void send_message(uint8_t type)
{
    static const uint8_t wanted[] = {DHCP_OPTION_SUBNET_MASK, DHCP_OPTION_ROUTER,
                                     DHCP_OPTION_DNS_SERVER, DHCP_OPTION_LEASE_TIME};
    struct dhcp_msg m = {.op = DHCP_BOOTREQUEST, .htype = 1, .hlen = 6};
    m.xid = lwip_htonl(xid);
    m.cookie = PP_HTONL(DHCP_MAGIC_COOKIE);
    memcpy(m.chaddr, stack_mac(), 6);
    uint8_t *at = put_option(m.options, DHCP_OPTION_MESSAGE_TYPE, &type, 1);
    at = put_option(at, DHCP_OPTION_PARAMETER_REQUEST_LIST, wanted, sizeof(wanted));
    if (phase == PHASE_REQUESTING) {
        at = put_addr(at, DHCP_OPTION_REQUESTED_IP, offer.addr);
        at = put_addr(at, DHCP_OPTION_SERVER_ID, offer.server);
    } else if (phase == PHASE_RENEWING) {
        uint32_t wire = lwip_htonl(offer.addr);
        memcpy(&m.ciaddr, &wire, sizeof(wire));
    }
    *at = DHCP_OPTION_END;

    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, sizeof(m), PBUF_RAM);
    if (p && pbuf_take(p, &m, sizeof(m)) == ERR_OK && netif_default) {
        const ip_addr_t *src = phase == PHASE_RENEWING ? &netif_default->ip_addr : IP4_ADDR_ANY;
        udp_sendto_if_src(udp, p, IP_ADDR_BROADCAST, LWIP_IANA_PORT_DHCP_SERVER, netif_default,
                          src);
    }
    if (p)
        pbuf_free(p);
}

// Sends the message of the current phase, and sets the time of the next one.
static void ask(void)
{
    send_message(phase == PHASE_DISCOVERING ? DHCP_DISCOVER : DHCP_REQUEST);
    next_ms = stack_now_ms() + retry_ms;
    retry_ms = MIN(retry_ms * 2, RETRY_MAX_MS);
}

static void enter(enum phase new_phase)
{
    phase = new_phase;
    retry_ms = RETRY_MIN_MS;
    if (phase == PHASE_DISCOVERING)
        xid = up_random();
    ask();
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void take_option(struct offer *o, uint8_t code, const uint8_t *value, size_t len)
{
    if (code == DHCP_OPTION_MESSAGE_TYPE && len == 1)
        o->type = value[0];
    if (len < 4)
        return;
    if (code == DHCP_OPTION_SUBNET_MASK)
        o->netmask = get32(value);
    else if (code == DHCP_OPTION_ROUTER)
        o->gateway = get32(value);
    else if (code == DHCP_OPTION_DNS_SERVER)
        o->dns = get32(value);
    else if (code == DHCP_OPTION_SERVER_ID)
        o->server = get32(value);
    else if (code == DHCP_OPTION_LEASE_TIME)
        o->lease_s = get32(value);
}

// Reads a server's message. False: it is not a DHCP message, or not for this client.
static bool parse(const uint8_t *packet, size_t len, struct offer *o)
{
    const struct dhcp_msg *m = (const struct dhcp_msg *)packet;
    const size_t options_at = DHCP_OPTIONS_OFS;
    if (len < options_at || m->op != DHCP_BOOTREPLY || m->xid != lwip_htonl(xid) ||
        m->cookie != PP_HTONL(DHCP_MAGIC_COOKIE) || memcmp(m->chaddr, stack_mac(), 6) != 0)
        return false;
    *o = (struct offer){.addr = lwip_ntohl(m->yiaddr.addr)};
    for (size_t at = options_at; at < len && packet[at] != DHCP_OPTION_END;) {
        if (packet[at] == DHCP_OPTION_PAD) {
            at++;
            continue;
        }
        if (at + 2 > len || at + 2 + packet[at + 1] > len)
            return false;
        take_option(o, packet[at], packet + at + 2, packet[at + 1]);
        at += 2u + packet[at + 1];
    }
    return true;
}

static void bind_lease(const struct offer *ack)
{
    uint32_t lease_s = MIN(MAX(ack->lease_s, LEASE_MIN), LEASE_MAX);
    uint64_t now = stack_now_ms();
    uint32_t server = ack->server ? ack->server : offer.server;
    offer = *ack;
    offer.server = server;
    phase = PHASE_BOUND;
    next_ms = now + (uint64_t)lease_s * 500;
    expire_ms = now + (uint64_t)lease_s * 1000;
    stack_set_address(ack->addr, ack->netmask ? ack->netmask : 0xffffff00u, ack->gateway);
    if (ack->dns)
        resolver_set_server(ack->dns, 53);
    up_configured();
}

static void take(const struct offer *said)
{
    if (phase == PHASE_DISCOVERING && said->type == DHCP_OFFER && said->addr) {
        offer = *said;
        enter(PHASE_REQUESTING);
    } else if ((phase == PHASE_REQUESTING || phase == PHASE_RENEWING) && said->type == DHCP_ACK &&
               said->addr) {
        bind_lease(said);
    } else if ((phase == PHASE_REQUESTING || phase == PHASE_RENEWING) && said->type == DHCP_NAK) {
        stack_set_address(0, 0, 0);
        enter(PHASE_DISCOVERING);
    }
}

// lwIP takes no packets while it has no address. So this function reads the frame itself.
bool dhcp_input(const uint8_t *frame, size_t len)
{
    const size_t headers = FRAME_MIN + IP_HLEN + UDP_HLEN;
    const uint8_t *ip = frame + FRAME_MIN;
    const uint8_t *ports = ip + IP_HLEN;
    _Alignas(struct dhcp_msg) uint8_t packet[FRAME_MAX];
    struct offer said;
    if (phase == PHASE_OFF || len <= headers || frame[12] != 8 || frame[13] != 0 || ip[0] != 0x45 ||
        ip[9] != IP_PROTO_UDP || (ip[6] & 0x3f) != 0 || ip[7] != 0 || ports[0] != 0 ||
        ports[1] != LWIP_IANA_PORT_DHCP_SERVER || ports[2] != 0 ||
        ports[3] != LWIP_IANA_PORT_DHCP_CLIENT)
        return false;
    size_t udp_len = (size_t)ports[4] << 8 | ports[5];
    if (inet_chksum(ip, IP_HLEN) != 0 || udp_len < UDP_HLEN || udp_len > len - FRAME_MIN - IP_HLEN)
        return true;
    memset(packet, 0, sizeof(struct dhcp_msg));
    memcpy(packet, ports + UDP_HLEN, udp_len - UDP_HLEN);
    if (parse(packet, udp_len - UDP_HLEN, &said))
        take(&said);
    return true;
}

void dhcp_begin(void)
{
    if (!udp) {
        udp = udp_new_ip_type(IPADDR_TYPE_V4);
        if (!udp || udp_bind(udp, IP4_ADDR_ANY, LWIP_IANA_PORT_DHCP_CLIENT) != ERR_OK)
            return;
        ip_set_option(udp, SOF_BROADCAST);
    }
    enter(PHASE_DISCOVERING);
}

msec_t dhcp_run_timers(void)
{
    uint64_t now = stack_now_ms();
    if (phase == PHASE_OFF)
        return -1;
    if (now >= next_ms) {
        if (phase == PHASE_BOUND) {
            enter(PHASE_RENEWING);
        } else if (phase == PHASE_RENEWING && now >= expire_ms) {
            stack_set_address(0, 0, 0);
            enter(PHASE_DISCOVERING);
        } else if (phase == PHASE_REQUESTING && retry_ms == RETRY_MAX_MS) {
            enter(PHASE_DISCOVERING); // the server that made the offer does not answer
        } else {
            ask();
        }
    }
    return (msec_t)MIN(next_ms - now, (uint64_t)60000);
}
