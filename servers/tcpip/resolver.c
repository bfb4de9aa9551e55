// Asks one name server for addresses: over UDP, and over TCP when the answer is too long for UDP.
// c-ares makes the questions and reads the answers. No function of c-ares that opens a socket is
// used. An answer counts only if it comes from the server to the port of the question, has the
// question's number and repeats the question. A forger would have to guess the port and the number.
#include "lwip_err.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "options.h"
#include "stack.h"
#include "upcalls.h"

#define QUERIES_MAX    64
#define TRIES          4
#define TRY_MS         1000 // wait for the first try; each further try waits this much longer
#define KNOWN_MAX      64   // answers that are kept
#define TTL_MAX        3600
#define NAME_LEN_MAX   253
#define HEADER_LEN     12
#define TRUNCATED      0x02 // bit of a header's third byte
#define UDP_MAX        1232 // the longest answer by UDP that a question allows (RFC 6891)
#define TCP_MS         4000
#define TCP_ANSWER_MAX (2u + UINT16_MAX)

static struct query {
    task_t client; // 0: free
    struct udp_pcb *udp;
    uint8_t *question; // allocated by c-ares
    int question_len;
    bool plain;          // ask without EDNS, because the server does not know it
    struct tcp_pcb *tcp; // NULL: the question goes by UDP
    uint8_t *in;         // the length and the answer, by TCP
    size_t in_len;
    unsigned tries;
    uint64_t again_ms;
    char name[NAME_LEN_MAX + 1];
} queries[QUERIES_MAX];

static struct known {
    char name[NAME_LEN_MAX + 1];
    uint32_t addr;
    uint64_t until_ms;
} known[KNOWN_MAX];
static unsigned next_known;

static ip_addr_t server;
static uint16_t server_port = 53;

void resolver_set_server(uint32_t addr, uint16_t port)
{
    server = (ip_addr_t)IPADDR4_INIT(lwip_htonl(addr));
    server_port = port;
}

uint32_t resolver_server(void)
{
    return lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&server)));
}

static void end_tcp(struct query *query)
{
    struct tcp_pcb *tcp = query->tcp;
    query->tcp = NULL;
    free(query->in);
    query->in = NULL;
    query->in_len = 0;
    if (!tcp)
        return;
    tcp_arg(tcp, NULL);
    tcp_err(tcp, NULL);
    tcp_recv(tcp, NULL);
    if (tcp_close(tcp) != ERR_OK)
        tcp_abort(tcp);
}

static void release(struct query *query)
{
    end_tcp(query);
    if (query->udp)
        udp_remove(query->udp);
    if (query->question)
        ares_free_string(query->question);
    *query = (struct query){0};
}

static void finish(struct query *query, error_t err, uint32_t addr)
{
    task_t client = query->client;
    release(query);
    up_resolved(client, addr, err);
}

static void remember(const char *name, uint32_t addr, int ttl)
{
    if (ttl <= 0)
        return;
    struct known *entry = &known[next_known++ % KNOWN_MAX];
    memcpy(entry->name, name, strlen(name) + 1);
    entry->addr = addr;
    entry->until_ms = stack_now_ms() + (uint64_t)MIN(ttl, TTL_MAX) * 1000;
}

static bool is_known(const char *name, uint32_t *addr)
{
    uint64_t now = stack_now_ms();
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        if (known[i].until_ms > now && strcasecmp(known[i].name, name) == 0) {
            *addr = known[i].addr;
            return true;
        }
    }
    return false;
}

// Returns the offset where the question ends, after its name, type and class. EDNS follows it.
static size_t question_end(const struct query *query)
{
    size_t at = HEADER_LEN, len = (size_t)query->question_len;
    while (at < len && query->question[at])
        at += query->question[at] + 1u;
    return at + 5 <= len ? at + 5 : len;
}

// Whether an answer has the number of the question and repeats it.
static bool answers(const struct query *query, const uint8_t *packet, size_t len)
{
    size_t asked = question_end(query);
    return len >= asked && asked > HEADER_LEN && memcmp(packet, query->question, 2) == 0 &&
           (packet[2] & 0x80) && packet[4] == 0 && packet[5] == 1 &&
           memcmp(packet + HEADER_LEN, query->question + HEADER_LEN, asked - HEADER_LEN) == 0;
}

static void take_answer(struct query *query, const uint8_t *packet, int len)
{
    struct ares_addrttl first;
    int num = 1;
    switch (ares_parse_a_reply(packet, len, NULL, &first, &num)) {
    case ARES_SUCCESS:
        if (num < 1)
            break;
        uint32_t addr = lwip_ntohl(first.ipaddr.s_addr);
        remember(query->name, addr, first.ttl);
        finish(query, OK, addr);
        return;
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
        break;
    default:
        finish(query, ERR_UNAVAILABLE, 0);
        return;
    }
    // The answer has no record: the name has none, or the server does not give it.
    int rcode = packet[3] & 15;
    finish(query, rcode == ns_r_noerror || rcode == ns_r_nxdomain ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
           0);
}

static err_t send_question(struct query *query)
{
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, (u16_t)query->question_len, PBUF_RAM);
    if (!p)
        return ERR_MEM;
    err_t err = pbuf_take(p, query->question, (u16_t)query->question_len);
    if (err == ERR_OK)
        err = udp_sendto(query->udp, p, &server, server_port);
    pbuf_free(p);
    query->tries++;
    query->again_ms = stack_now_ms() + TRY_MS * query->tries;
    return err;
}

static bool make_question(struct query *query, unsigned short id, int *made)
{
    if (query->question)
        ares_free_string(query->question);
    query->question = NULL;
    *made = ares_create_query(query->name, C_IN, T_A, id, 1, &query->question, &query->question_len,
                              query->plain ? 0 : UDP_MAX);
    return *made == ARES_SUCCESS;
}

// Asks again without EDNS if the answer may mean that the server does not know it. Returns whether
// it has asked.
static bool ask_plainly(struct query *query, int rcode)
{
    int made;
    if (query->plain || (rcode != ns_r_formerr && rcode != ns_r_notimpl))
        return false;
    query->plain = true;
    unsigned short id = (unsigned short)(query->question[0] << 8 | query->question[1]);
    if (!make_question(query, id, &made))
        return false;
    (void)send_question(query); // lost like a packet: there is another try
    return true;
}

// The next functions fetch an answer by TCP if it is too long for UDP.

static void on_tcp_err(void *arg, err_t err)
{
    struct query *query = arg;
    (void)err;
    query->tcp = NULL;
    end_tcp(query);
    query->again_ms = stack_now_ms(); // try again now
}

static err_t on_tcp_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct query *query = arg;
    (void)err;
    if (!p) {
        end_tcp(query);
        query->again_ms = stack_now_ms();
        return ERR_OK;
    }
    if (!query->in)
        query->in = malloc(TCP_ANSWER_MAX);
    if (query->in)
        query->in_len +=
            pbuf_copy_partial(p, query->in + query->in_len,
                              (u16_t)MIN(TCP_ANSWER_MAX - query->in_len, UINT16_MAX), 0);
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    if (query->in_len < 2)
        return ERR_OK;
    size_t len = (size_t)query->in[0] << 8 | query->in[1];
    if (query->in_len < 2 + len)
        return ERR_OK;
    uint8_t *packet = query->in;
    query->in = NULL;
    end_tcp(query);
    if (answers(query, packet + 2, len))
        take_answer(query, packet + 2, (int)len);
    else
        query->again_ms = stack_now_ms();
    free(packet);
    return ERR_OK;
}

static err_t on_tcp_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct query *query = arg;
    uint8_t len[2] = {(uint8_t)(query->question_len >> 8), (uint8_t)query->question_len};
    (void)err;
    // If there is no memory for the question, it times out.
    if (tcp_write(pcb, len, sizeof(len), TCP_WRITE_FLAG_COPY | TCP_WRITE_FLAG_MORE) == ERR_OK)
        (void)tcp_write(pcb, query->question, (u16_t)query->question_len, TCP_WRITE_FLAG_COPY);
    return ERR_OK;
}

// Asks by TCP. Returns whether that has begun.
static bool ask_by_tcp(struct query *query)
{
    end_tcp(query);
    query->tcp = tcp_new_ip_type(IPADDR_TYPE_V4);
    if (!query->tcp)
        return false;
    tcp_arg(query->tcp, query);
    tcp_err(query->tcp, on_tcp_err);
    tcp_recv(query->tcp, on_tcp_recv);
    query->again_ms = stack_now_ms() + TCP_MS;
    if (tcp_connect(query->tcp, &server, server_port, on_tcp_connected) == ERR_OK)
        return true;
    end_tcp(query);
    return false;
}

static bool has_address(const uint8_t *packet, int len)
{
    struct ares_addrttl first;
    int num = 1;
    return ares_parse_a_reply(packet, len, NULL, &first, &num) == ARES_SUCCESS && num > 0;
}

static void on_recv(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *addr,
                    u16_t port)
{
    struct query *query = arg;
    (void)pcb;
    uint8_t packet[1500];
    u16_t len = pbuf_copy_partial(p, packet, sizeof(packet), 0);
    bool is_server = ip_addr_cmp(addr, &server) && port == server_port;
    pbuf_free(p);
    if (!is_server || query->tcp || !answers(query, packet, len))
        return;
    int rcode = packet[3] & 15;
    if (ask_plainly(query, rcode))
        return;
    if ((packet[2] & TRUNCATED) && !has_address(packet, len) && ask_by_tcp(query))
        return;
    // A forwarder, such as slirp, may ask another server now.
    if ((rcode == ns_r_servfail || rcode == ns_r_refused) && query->tries < TRIES)
        (void)send_question(query);
    else
        take_answer(query, packet, len);
}

// Each question is sent from a random port, so that a forger has to guess the port.
static bool open_port(struct query *query)
{
    query->udp = udp_new_ip_type(IPADDR_TYPE_V4);
    for (int tries = 0; query->udp && tries < 16; tries++) {
        u16_t port = (u16_t)(0xc000 + up_random() % 0x3fff);
        if (udp_bind(query->udp, IP4_ADDR_ANY, port) == ERR_OK) {
            udp_recv(query->udp, on_recv, query);
            return true;
        }
    }
    return false;
}

error_t resolver_ask(task_t client, const char *name, uint32_t *addr)
{
    size_t len = strlen(name);
    if (parse_addr(name, len, addr))
        return OK;
    if (len == 0 || len > NAME_LEN_MAX)
        return ERR_INVALID_ARG;
    if (is_known(name, addr))
        return OK;
    if (ip_addr_isany_val(server))
        return ERR_UNAVAILABLE;
    struct query *query = NULL;
    for (size_t i = 0; i < QUERIES_MAX && !query; i++)
        query = queries[i].client ? NULL : &queries[i];
    if (!query)
        return ERR_NO_MEMORY;
    int made;
    memcpy(query->name, name, len + 1);
    if (!make_question(query, (unsigned short)up_random(), &made) || !open_port(query)) {
        release(query);
        return made == ARES_SUCCESS || made == ARES_ENOMEM ? ERR_NO_MEMORY : ERR_INVALID_ARG;
    }
    query->client = client;
    if (send_question(query) == ERR_RTE) {
        release(query);
        return ERR_UNAVAILABLE;
    }
    return DONT_REPLY;
}

void resolver_forget_client(task_t client)
{
    for (size_t i = 0; i < QUERIES_MAX; i++) {
        if (queries[i].client == client)
            release(&queries[i]);
    }
}

msec_t resolver_run_timers(void)
{
    uint64_t now = stack_now_ms();
    msec_t next = -1;
    for (size_t i = 0; i < QUERIES_MAX; i++) {
        struct query *query = &queries[i];
        if (query->client && query->again_ms <= now) {
            end_tcp(query);
            if (query->tries == TRIES)
                finish(query, ERR_TIMEOUT, 0);
            else
                (void)send_question(query); // lost like a packet: there is another try
        }
        if (query->client)
            next = sooner(next, (msec_t)(query->again_ms - now));
    }
    return next;
}
