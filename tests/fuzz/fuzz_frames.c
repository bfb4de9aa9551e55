// The fuzz target `frames`: Ethernet frames arrive at the TCP/IP server. Meanwhile the server
// listens, has connections, and asks for names and addresses, and a client reads, sends and closes.
//
// The input consists of records: a byte for the kind, a byte for the variant, a length, and that
// many bytes. The target may correct a frame (its addresses, lengths, checksums, and TCP numbers),
// because the server drops other frames early.
#include "lwip_err.h"

#include <lwip/etharp.h>
#include <lwip/inet_chksum.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>
#include "filter.h"
#include "sock.h"
#include "stack.h"
#include "target.h"

#define RECORDS_MAX 64
#define SOCKS_MAX   16
#define OUR_ADDR    0x0a00020fu // 10.0.2.15
#define ROUTER      0x0a000202u

enum record {
    RECORD_FRAME,
    RECORD_TICKS,
    RECORD_ACCEPT,
    RECORD_READ,
    RECORD_SEND,
    RECORD_CLOSE,
    RECORD_CONNECT,
    RECORD_RESOLVE,
    RECORD_PING,
    RECORD_DHCP,
    NUM_RECORDS,
};

enum repair {
    REPAIR_SUMS = 1 << 0,    // lengths and checksums
    REPAIR_ADDRS = 1 << 1,   // to us
    REPAIR_NUMBERS = 1 << 2, // the TCP numbers and ports, or the DNS number and port, sent last
    REPAIR_TYPE = 1 << 3,    // the type is IPv4
};

static const uint8_t our_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
static const struct options options = {
    .addr = OUR_ADDR, .netmask = 0xffffff00, .gateway = ROUTER, .dns = 0x0a000203, .dns_port = 53};

static struct sock *listener, *datagrams, *socks[SOCKS_MAX];
static uint8_t last[FRAME_MAX]; // sent by us
static size_t last_len;
static uint32_t next_random;
static unsigned num_waiting; // tasks that wait for an answer

static void check(bool ok)
{
    if (!ok)
        abort();
}

// --- What the network asks for ------------------------------------------------------------------

bool up_event(const struct sock *sock, enum sock_event event)
{
    check(sock->owner == 1 && !(sock->told & event));
    return next_random++ % 8 != 0; // sometimes an event cannot be delivered
}

static void forget(const struct sock *sock)
{
    for (size_t i = 0; i < SOCKS_MAX; i++) {
        if (socks[i] == sock)
            socks[i] = NULL;
    }
}

void up_connected(struct sock *sock, error_t err)
{
    if (IS_ERROR(err)) {
        forget(sock);
        sock->owner = 0;
    }
}

void up_written(task_t client, error_t err)
{
    (void)err;
    check(client == 1);
}

void up_resolved(task_t client, uint32_t addr, error_t err)
{
    (void)addr, (void)err;
    check(client == 1 && num_waiting-- > 0);
}

void up_echoed(task_t client, unsigned rtt_us, error_t err)
{
    (void)rtt_us, (void)err;
    check(client == 1 && num_waiting-- > 0);
}

void up_transmit(const void *frame, size_t len)
{
    check(len >= FRAME_MIN && len <= FRAME_MAX);
    memcpy(last, frame, len);
    last_len = len;
}

void up_configured(void) {}

uint32_t up_random(void)
{
    next_random = next_random * 1664525 + 1013904223;
    return next_random;
}

// --- Frames -------------------------------------------------------------------------------------

static void put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static uint16_t sum(const uint8_t *bytes, size_t len, uint32_t start)
{
    for (size_t i = 0; i < len; i++)
        start += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    while (start >> 16)
        start = (start & 0xffff) + (start >> 16);
    return (uint16_t)~start;
}

// Swaps the ports, and copies the numbers of the last TCP segment that we sent.
static void repair_numbers(uint8_t *l4, size_t len, uint8_t proto)
{
    const uint8_t *ip = last + FRAME_MIN;
    if (last_len < FRAME_MIN + 40 || ip[9] != proto || last[13] != 0)
        return;
    const uint8_t *ours = ip + (ip[0] & 15) * 4;
    if (len >= 4) {
        memcpy(l4, ours + 2, 2);
        memcpy(l4 + 2, ours, 2);
    }
    if (proto == 6 && len >= 20) {
        size_t sent = last_len - (size_t)(ours - last) - (size_t)(ours[12] >> 4) * 4;
        uint32_t seq = (uint32_t)ours[4] << 24 | (uint32_t)ours[5] << 16 | ours[6] << 8 | ours[7];
        seq += (uint32_t)sent + ((ours[13] & 3) != 0);
        memcpy(l4 + 4, ours + 8, 4);
        put16(l4 + 8, seq >> 16);
        put16(l4 + 10, seq & 0xffff);
    } else if (proto == 17 && len >= 10 && last_len >= (size_t)(ours - last) + 10) {
        memcpy(l4 + 8, ours + 8, 2);
    } else if (proto == 1 && len >= 8) {
        memcpy(l4 + 4, ours + 4, 4);
    }
}

static void repair_sums(uint8_t *ip, size_t len, size_t header)
{
    uint8_t *l4 = ip + header;
    size_t l4_len = len - header;
    static const size_t at[256] = {[1] = 2, [6] = 16, [17] = 6};
    size_t sum_at = at[ip[9]];
    put16(ip + 2, len);
    put16(ip + 10, 0);
    put16(ip + 10, sum(ip, header, 0));
    if (ip[9] == 17 && l4_len >= 8)
        put16(l4 + 4, l4_len);
    if (!sum_at || l4_len < sum_at + 2)
        return;
    uint32_t start = 0;
    if (ip[9] != 1) {
        start = ip[9] + (uint32_t)l4_len;
        for (int i = 12; i < 20; i += 2)
            start += (uint32_t)ip[i] << 8 | ip[i + 1];
    }
    put16(l4 + sum_at, 0);
    put16(l4 + sum_at, sum(l4, l4_len, start));
}

static void repair(uint8_t *frame, size_t len, unsigned how)
{
    if (len < FRAME_MIN + 20)
        return;
    uint8_t *ip = frame + FRAME_MIN;
    size_t ip_len = len - FRAME_MIN;
    if (how & REPAIR_TYPE) {
        put16(frame + 12, 0x0800);
        ip[0] = 0x45;
        put16(ip + 6, 0);
    }
    if (how & REPAIR_ADDRS) {
        memcpy(frame, our_mac, 6);
        put16(ip + 12, ROUTER >> 16);
        put16(ip + 14, ROUTER & 0xffff);
        put16(ip + 16, OUR_ADDR >> 16);
        put16(ip + 18, OUR_ADDR & 0xffff);
    }
    size_t header = (size_t)(ip[0] & 15) * 4;
    if (header < 20 || header > ip_len)
        return;
    if (how & REPAIR_NUMBERS)
        repair_numbers(ip + header, ip_len - header, ip[9]);
    if (how & REPAIR_SUMS)
        repair_sums(ip, ip_len, header);
}

static void input_frame(const uint8_t *bytes, size_t len, unsigned how)
{
    uint8_t *frame = malloc(len ? len : 1); // of its exact size
    check(frame != NULL);
    memcpy(frame, bytes, len);
    repair(frame, len, how);
    stack_input(frame, len);
    free(frame);
}

// --- What clients do ----------------------------------------------------------------------------

static void keep(struct sock *sock)
{
    for (size_t i = 0; i < SOCKS_MAX; i++) {
        if (!socks[i]) {
            socks[i] = sock;
            sock_own(sock, 1, (handle_t)i + 1);
            return;
        }
    }
    sock_free(sock);
}

static void read_sock(struct sock *sock)
{
    void *data;
    size_t len;
    if (sock->kind == SOCK_STREAM_OPEN && IS_OK(stream_read(sock, 1000, &data, &len))) {
        check(len > 0 && len <= 1000);
        free(data);
    }
    uint32_t addr;
    uint16_t port;
    if (IS_OK(datagram_recv(datagrams, &data, &len, &addr, &port)))
        free(data);
}

static void send_sock(struct sock *sock, const uint8_t *bytes, size_t len, unsigned how)
{
    size_t sent = 0;
    if (sock->kind != SOCK_STREAM_OPEN)
        return;
    if (how & 1) {
        error_t err = stream_write(sock, bytes, len);
        (void)err;
    } else if (IS_OK(stream_send(sock, bytes, len, &sent))) {
        check(sent <= len);
    }
}

static void run_record(unsigned what, unsigned how, const uint8_t *bytes, size_t len)
{
    struct sock **slot = &socks[how % SOCKS_MAX], *sock = NULL;
    uint32_t addr;
    switch (what % NUM_RECORDS) {
    case RECORD_FRAME:
        input_frame(bytes, len, how);
        break;
    case RECORD_TICKS:
        for (unsigned i = 0; i < how; i++)
            tcp_tmr();
        for (unsigned i = 0; i < how / 4; i++)
            etharp_tmr();
        break;
    case RECORD_ACCEPT:
        if (IS_OK(stream_accept(listener, &sock)))
            keep(sock);
        break;
    case RECORD_READ:
        if (*slot)
            read_sock(*slot);
        break;
    case RECORD_SEND:
        if (*slot)
            send_sock(*slot, bytes, len, how >> 4);
        break;
    case RECORD_CLOSE:
        if (*slot) {
            sock = *slot;
            *slot = NULL;
            sock_free(sock);
        }
        break;
    case RECORD_CONNECT:
        if (IS_OK(stream_connect(ROUTER, (uint16_t)(how + 1), &sock)))
            keep(sock);
        break;
    case RECORD_RESOLVE:
        num_waiting += resolver_ask(1, how & 1 ? "example.org" : "a.b.c", &addr) == DONT_REPLY;
        break;
    case RECORD_PING:
        num_waiting += echo_ask(1, ROUTER, 1000) == DONT_REPLY;
        break;
    case RECORD_DHCP:
        dhcp_begin();
        break;
    }
}

// --- The same state for each input --------------------------------------------------------------

static void start(void)
{
    stack_init(&options);
    stack_device_up(our_mac);
    error_t err = stream_listen(80, 4, &listener);
    if (IS_OK(err))
        err = datagram_open(7, &datagrams);
    check(IS_OK(err));
    sock_own(listener, 1, 100);
    sock_own(datagrams, 1, 101);
}

static void reset(void)
{
    struct sock *sock;
    for (size_t i = 0; i < SOCKS_MAX; i++) {
        if (socks[i]) {
            sock = socks[i];
            socks[i] = NULL;
            sock->owner = 0;
            sock_free(sock);
        }
    }
    while (IS_OK(stream_accept(listener, &sock)))
        sock_free(sock);
    void *data;
    size_t len;
    uint32_t addr;
    uint16_t port;
    while (IS_OK(datagram_recv(datagrams, &data, &len, &addr, &port)))
        free(data);
    while (tcp_active_pcbs)
        tcp_abort(tcp_active_pcbs);
    while (tcp_tw_pcbs)
        tcp_abort(tcp_tw_pcbs);
    resolver_forget_client(1);
    echo_forget_client(1);
    num_waiting = 0;
    stack_set_address(OUR_ADDR, options.netmask, ROUTER);
    resolver_set_server(options.dns, 53);
    etharp_cleanup_netif(netif_default);
    last_len = 0;
    next_random = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!listener)
        start();
    reset();
    unsigned num = 0;
    for (size_t at = 0; at + 4 <= size && num < RECORDS_MAX; num++) {
        size_t len = MIN((size_t)data[at + 2] << 8 | data[at + 3], size - at - 4);
        run_record(data[at], data[at + 1], data + at + 4, len);
        at += 4 + len;
        (void)stack_run_timers();
        check(listener->num_waiting <= 4 + 1024); // late ones, and those for which it has room
        check(datagrams->num_datagrams <= 64);
        for (size_t i = 0; i < SOCKS_MAX; i++)
            check(!socks[i] || socks[i]->in.len <= 65535);
    }
    reset();
    check(listener->num_waiting == 0);
    return 0;
}
