// Sends ICMP echo requests and takes their answers. lwIP itself answers requests that come from the
// network.
#include "lwip_err.h"

#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/ip4.h>
#include <lwip/raw.h>
#include <string.h>
#include <time.h>
#include "stack.h"
#include "upcalls.h"

#define PINGS_MAX   32
#define PAYLOAD_LEN 56
#define TIMEOUT_MAX 60000u

static struct ping {
    task_t client; // 0: free
    uint32_t addr; // in network byte order
    uint16_t id;
    uint16_t seq;
    uint64_t sent_us;
    uint64_t deadline_ms;
} pings[PINGS_MAX];

static struct raw_pcb *raw;
static uint16_t next_seq;

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct ping *find(uint32_t addr, uint16_t id, uint16_t seq)
{
    for (size_t i = 0; i < PINGS_MAX; i++) {
        struct ping *ping = &pings[i];
        if (ping->client && ping->addr == addr && ping->id == id && ping->seq == seq)
            return ping;
    }
    return NULL;
}

static void finish(struct ping *ping, error_t err)
{
    task_t client = ping->client;
    uint64_t rtt = now_us() - ping->sent_us;
    ping->client = 0;
    up_echoed(client, (unsigned)MIN(rtt, UINT32_MAX), err);
}

// lwIP calls this for each ICMP packet, with its IP header. It takes only answers that a client
// waits for.
static u8_t on_recv(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *addr)
{
    (void)arg, (void)pcb;
    uint8_t packet[IP_HLEN_MAX + sizeof(struct icmp_echo_hdr)];
    u16_t len = pbuf_copy_partial(p, packet, sizeof(packet), 0);
    struct icmp_echo_hdr echo;
    size_t header = len > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
    if (header < IP_HLEN || header + sizeof(echo) > len)
        return 0;
    memcpy(&echo, packet + header, sizeof(echo));
    if (ICMPH_TYPE(&echo) != ICMP_ER)
        return 0;
    struct ping *ping = find(ip4_addr_get_u32(ip_2_ip4(addr)), echo.id, echo.seqno);
    if (!ping)
        return 0;
    pbuf_free(p);
    finish(ping, OK);
    return 1;
}

static err_t send_request(const struct ping *ping)
{
    struct {
        struct icmp_echo_hdr header;
        uint8_t payload[PAYLOAD_LEN];
    } __packed packet = {0};
    ip_addr_t ip = IPADDR4_INIT(ping->addr);
    ICMPH_TYPE_SET(&packet.header, ICMP_ECHO);
    packet.header.id = ping->id;
    packet.header.seqno = ping->seq;
    packet.header.chksum = inet_chksum(&packet, sizeof(packet));
    struct pbuf *p = pbuf_alloc(PBUF_IP, sizeof(packet), PBUF_RAM);
    if (!p)
        return ERR_MEM;
    err_t err = pbuf_take(p, &packet, sizeof(packet));
    if (err == ERR_OK)
        err = raw_sendto(raw, p, &ip);
    pbuf_free(p);
    return err;
}

static bool open_raw(void)
{
    if (raw)
        return true;
    raw = raw_new_ip_type(IPADDR_TYPE_V4, IP_PROTO_ICMP);
    if (!raw || raw_bind(raw, IP4_ADDR_ANY) != ERR_OK)
        return false;
    raw_recv(raw, on_recv, NULL);
    return true;
}

error_t echo_ask(task_t client, uint32_t addr, unsigned timeout_ms)
{
    struct ping *ping = NULL;
    for (size_t i = 0; i < PINGS_MAX && !ping; i++)
        ping = pings[i].client ? NULL : &pings[i];
    if (!ping || !open_raw())
        return ERR_NO_MEMORY;
    *ping = (struct ping){
        .client = client,
        .addr = lwip_htonl(addr),
        .id = (uint16_t)up_random(),
        .seq = lwip_htons(next_seq++),
        .sent_us = now_us(),
        .deadline_ms = stack_now_ms() + MIN(timeout_ms, TIMEOUT_MAX),
    };
    if (send_request(ping) != ERR_OK) {
        ping->client = 0;
        return ERR_UNAVAILABLE;
    }
    return DONT_REPLY;
}

void echo_forget_client(task_t client)
{
    for (size_t i = 0; i < PINGS_MAX; i++) {
        if (pings[i].client == client)
            pings[i].client = 0;
    }
}

msec_t echo_run_timers(void)
{
    uint64_t now = stack_now_ms();
    msec_t next = -1;
    for (size_t i = 0; i < PINGS_MAX; i++) {
        if (pings[i].client && pings[i].deadline_ms <= now)
            finish(&pings[i], ERR_TIMEOUT);
        if (pings[i].client)
            next = sooner(next, (msec_t)(pings[i].deadline_ms - now));
    }
    return next;
}
