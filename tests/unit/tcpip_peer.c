// The other side of the network for tests of tcpip_core.
#include "tcpip_peer.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "stack.h"

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};

uint64_t clock_us = 1000000000;
void (*on_segment)(const struct segment *segment, const uint8_t *frame, size_t len);
unsigned num_writable, num_closed, num_clients;

uint64_t stack_now_ms(void)
{
    return clock_us / 1000;
}

bool up_event(const struct sock *sock, enum sock_event event)
{
    (void)sock;
    num_writable += event == SOCK_WRITABLE;
    num_closed += event == SOCK_CLOSED;
    num_clients += event == SOCK_NEW_CLIENT;
    return true;
}

void up_connected(struct sock *sock, error_t err)
{
    (void)sock, (void)err;
}

void up_written(task_t client, error_t err)
{
    (void)client, (void)err;
}

void up_resolved(task_t client, uint32_t addr, error_t err)
{
    (void)client, (void)addr, (void)err;
}

void up_echoed(task_t client, unsigned rtt_us, error_t err)
{
    (void)client, (void)rtt_us, (void)err;
}

void up_configured(void) {}

uint32_t up_random(void)
{
    static uint32_t number = 1;
    return number = number * 1664525 + 1013904223;
}

static void put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xffff);
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void answer_arp(const uint8_t *request)
{
    uint8_t frame[42];
    memcpy(frame, request, sizeof(frame));
    memcpy(frame, our_mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    put16(frame + 20, 2);
    memcpy(frame + 22, peer_mac, 6);
    memcpy(frame + 28, request + 38, 4);
    memcpy(frame + 32, our_mac, 6);
    memcpy(frame + 38, request + 28, 4);
    stack_input(frame, sizeof(frame));
}

bool peer_parse(const uint8_t *frame, size_t len, struct segment *segment)
{
    const uint8_t *ip = frame + 14, *tcp = frame + 34;
    if (len < 54 || get16(frame + 12) != 0x0800 || ip[9] != 6)
        return false;
    size_t header = (size_t)(tcp[12] >> 4) * 4, total = get16(ip + 2);
    *segment = (struct segment){
        .from = get32(ip + 12),
        .to = get32(ip + 16),
        .from_port = (uint16_t)get16(tcp),
        .to_port = (uint16_t)get16(tcp + 2),
        .seq = get32(tcp + 4),
        .ack = get32(tcp + 8),
        .flags = tcp[13],
        .window = (uint16_t)get16(tcp + 14),
        .options = tcp + 20,
        .options_len = header - 20,
        .data = tcp + header,
        .data_len = total - 20 - header,
    };
    return true;
}

void up_transmit(const void *frame, size_t len)
{
    const uint8_t *p = frame;
    struct segment segment;
    // If the question is for its own address, the stack announces itself, and gets no answer.
    if (len >= 42 && get16(p + 12) == 0x0806 && get16(p + 20) == 1 && get32(p + 38) != OUR_ADDR)
        answer_arp(p);
    else if (on_segment && peer_parse(p, len, &segment))
        on_segment(&segment, p, len);
}

static uint32_t sum(uint32_t total, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2)
        total += get16(p + i);
    return len % 2 ? total + ((uint32_t)p[len - 1] << 8) : total;
}

static unsigned checksum(uint32_t total)
{
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
}

size_t peer_make(uint8_t *frame, const struct segment *segment)
{
    size_t header = 20 + segment->options_len, len = 34 + header + segment->data_len;
    uint8_t *ip = frame + 14, *tcp = frame + 34;
    memset(frame, 0, 34 + header);
    memcpy(frame, our_mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, (unsigned)(len - 14));
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, segment->from);
    put32(ip + 16, segment->to);
    put16(ip + 10, checksum(sum(0, ip, 20)));
    put16(tcp, segment->from_port);
    put16(tcp + 2, segment->to_port);
    put32(tcp + 4, segment->seq);
    put32(tcp + 8, segment->ack);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = (uint8_t)segment->flags;
    put16(tcp + 14, segment->window);
    if (segment->options_len > 0)
        memcpy(tcp + 20, segment->options, segment->options_len);
    if (segment->data_len > 0)
        memcpy(tcp + header, segment->data, segment->data_len);
    uint32_t pseudo = sum(6 + (uint32_t)(len - 34), ip + 12, 8);
    put16(tcp + 16, checksum(sum(pseudo, tcp, len - 34)));
    return len;
}

void peer_send(const struct segment *segment)
{
    uint8_t frame[1514];
    stack_input(frame, peer_make(frame, segment));
}

void peer_start(void)
{
    static struct options options = {.addr = OUR_ADDR, .netmask = 0xff000000, .gateway = PEER_ADDR};
    stack_init(&options);
    stack_device_up(our_mac);
}

void peer_wait(uint64_t ms)
{
    uint64_t end = clock_us + ms * 1000;
    while (clock_us < end) {
        msec_t next = stack_run_timers();
        uint64_t step = next < 0 ? end : (uint64_t)MAX(next, 1) * 1000;
        clock_us = MIN(clock_us + step, end);
    }
    (void)stack_run_timers();
}
