// The server keeps data for peers that take nothing only within bounds: in time, for each address,
// and in total. Neither such peers nor those that open connections without end lock out others.
#include "closing.h"

#include <check.h>
#include <lwip/priv/tcp_priv.h>
#include <stdlib.h>
#include <string.h>
#include "stack.h"
#include "tcpip_peer.h"
#include "run_tests.h"

#define WINDOW  2000
#define SEGMENT 536u // the largest segment, for a peer that announces no size

static struct sock *listener;

// The last answer to a SYN.
static struct segment answer;
static unsigned num_answers, num_resets;

static void from_stack(const struct segment *segment, const uint8_t *frame, size_t len)
{
    (void)frame, (void)len;
    num_resets += (segment->flags & FLAG_RST) != 0;
    if (!(segment->flags & FLAG_SYN))
        return;
    answer = *segment;
    num_answers++;
}

static void start(void)
{
    peer_start();
    on_segment = from_stack;
    ck_assert_int_eq(stream_listen(80, 100, &listener), OK);
    sock_own(listener, 1, 1);
}

static void ask(uint32_t from, uint16_t port)
{
    peer_send(&(struct segment){.from = from,
                                .to = OUR_ADDR,
                                .from_port = port,
                                .to_port = 80,
                                .seq = 999,
                                .flags = FLAG_SYN,
                                .window = WINDOW});
}

static void acknowledge(uint32_t from, uint16_t port, uint32_t seq, unsigned window)
{
    peer_send(&(struct segment){.from = from,
                                .to = OUR_ADDR,
                                .from_port = port,
                                .to_port = 80,
                                .seq = 1000,
                                .ack = seq,
                                .flags = FLAG_ACK,
                                .window = (uint16_t)window});
}

// Returns whether the connection is established.
static bool connect_from(uint32_t from, uint16_t port)
{
    unsigned before = num_answers;
    ask(from, port);
    if (num_answers == before)
        return false;
    acknowledge(from, port, answer.seq + 1, WINDOW);
    return true;
}

// Opens a connection whose peer has not taken all bytes.
static struct sock *owe(uint32_t from, uint16_t port)
{
    static const uint8_t bytes[60000];
    struct sock *sock;
    size_t sent;
    if (!connect_from(from, port) || IS_ERROR(stream_accept(listener, &sock)))
        return NULL;
    sock_own(sock, 1, 2);
    ck_assert_int_eq(stream_send(sock, bytes, sizeof(bytes), &sent), OK);
    ck_assert_uint_eq(sent, sizeof(bytes));
    return sock;
}

START_TEST(who_is_silent_is_owed_for_a_while)
{
    struct sock *sock = owe(PEER_ADDR, 1000);
    ck_assert_ptr_nonnull(sock);
    sock_free(sock);
    ck_assert_uint_eq(closing_num(), 1);
    peer_wait(CLOSING_SILENT_MS - 1000);
    ck_assert_uint_eq(closing_num(), 1);
    num_resets = 0;
    peer_wait(2000);
    ck_assert_uint_eq(closing_num(), 0);
    ck_assert_uint_eq(num_resets, 1);
    // The time is not longer if the peer announces again and again that it takes nothing.
    sock_free(owe(PEER_ADDR, 1001));
    uint32_t seq = answer.seq + 1;
    for (unsigned ms = 0; ms < CLOSING_SILENT_MS + 1000; ms += 500) {
        acknowledge(PEER_ADDR, 1001, seq, 0);
        peer_wait(500);
    }
    ck_assert_uint_eq(closing_num(), 0);
}
END_TEST

START_TEST(who_takes_a_little_at_a_time_gets_all)
{
    sock_free(owe(PEER_ADDR, 1000));
    uint32_t seq = answer.seq + 1, end = seq + 60000;
    while (seq != end) {
        ck_assert_uint_eq(closing_num(), 1);
        seq += MIN(end - seq, SEGMENT);
        acknowledge(PEER_ADDR, 1000, seq, SEGMENT);
        peer_wait(1500);
    }
    acknowledge(PEER_ADDR, 1000, end + 1, WINDOW); // acknowledges the end too
    num_resets = 0;
    peer_wait(1000);
    ck_assert_uint_eq(num_resets, 0);
    peer_wait(21000); // FIN_WAIT_2
    ck_assert_uint_eq(closing_num(), 0);
}
END_TEST

START_TEST(not_for_ever)
{
    sock_free(owe(PEER_ADDR, 1000));
    uint32_t seq = answer.seq + 1;
    for (unsigned ms = 0; ms < CLOSING_LONGEST_MS + 1000; ms += 1000) {
        acknowledge(PEER_ADDR, 1000, ++seq, 1);
        peer_wait(1000);
    }
    ck_assert_uint_eq(closing_num(), 0);
}
END_TEST

START_TEST(the_address_with_most_loses_its_own)
{
    struct sock *sock;
    sock_free(owe(PEER_ADDR, 1));
    for (unsigned i = 0; i < 3 * CLOSING_MAX_NUM; i++) {
        sock = owe(PEER_ADDR + 1, (uint16_t)(1000 + i));
        ck_assert_ptr_nonnull(sock);
        sock_free(sock);
        ck_assert_uint_le(closing_num(), CLOSING_MAX_NUM);
    }
    // The connection of the other address is still there.
    acknowledge(PEER_ADDR, 1, 0, 0);
    unsigned found = 0;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        found += closing_of(pcb) && pcb->remote_port == 1;
    ck_assert_uint_eq(found, 1);
    peer_wait(CLOSING_SILENT_MS + 2000);
    ck_assert_uint_eq(closing_num(), 0);
}
END_TEST

START_TEST(a_full_queue_delays)
{
    uint16_t port = 1000;
    while (connect_from(PEER_ADDR, port))
        port++;
    ck_assert_uint_eq(port, 1100);
    ck_assert_uint_eq(listener->num_waiting, 100);
    ck_assert_uint_eq(num_resets, 0);
    struct sock *sock;
    ck_assert_int_eq(stream_accept(listener, &sock), OK);
    ck_assert(connect_from(PEER_ADDR, port)); // the peer repeats its SYN
    // A port without a listener is still refused.
    peer_send(&(struct segment){.from = PEER_ADDR,
                                .to = OUR_ADDR,
                                .from_port = 1,
                                .to_port = 81,
                                .flags = FLAG_SYN,
                                .window = WINDOW});
    ck_assert_uint_eq(num_resets, 1);
}
END_TEST

START_TEST(who_asks_and_does_not_go_on_keeps_nobody_out)
{
    for (unsigned i = 0; i < 20000; i++) {
        ask(PEER_ADDR + 1 + i / 5000, (uint16_t)(1000 + i % 5000));
        if (i % 1000 == 0)
            ck_assert_msg(connect_from(PEER_ADDR, (uint16_t)(1 + i / 1000)), "after %u", i);
    }
    unsigned num = 0;
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        num++;
    ck_assert_uint_le(num, 8192);
    ck_assert_uint_eq(listener->num_waiting, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_bounds");
    TCase *tcase = tcase_create("tcpip_bounds");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, who_is_silent_is_owed_for_a_while);
    tcase_add_test(tcase, who_takes_a_little_at_a_time_gets_all);
    tcase_add_test(tcase, not_for_ever);
    tcase_add_test(tcase, the_address_with_most_loses_its_own);
    tcase_add_test(tcase, a_full_queue_delays);
    tcase_add_test(tcase, who_asks_and_does_not_go_on_keeps_nobody_out);
    return run_check(suite);
}
