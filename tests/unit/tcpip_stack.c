// Tests lwIP through its sockets with packets to itself. Both ends are here, and no device is
// needed.
#include "lwip_err.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "sock.h"
#include "stack.h"
#include "run_tests.h"

#define ADDR 0x0a00020fu

static struct options options = {.addr = ADDR, .netmask = 0xffffff00, .gateway = 0x0a000202};
static unsigned num_writable, num_written, num_echoed;
static error_t connected = DONT_REPLY, echoed = DONT_REPLY, written = DONT_REPLY;

bool up_event(const struct sock *sock, enum sock_event event)
{
    (void)sock;
    num_writable += event == SOCK_WRITABLE;
    return true;
}

void up_connected(struct sock *sock, error_t err)
{
    connected = err;
    sock->owner = 0;
}

void up_written(task_t client, error_t err)
{
    ck_assert_int_eq(client, 2);
    written = err;
    num_written++;
}

void up_resolved(task_t client, uint32_t addr, error_t err)
{
    (void)client, (void)addr, (void)err;
}

void up_echoed(task_t client, unsigned rtt_us, error_t err)
{
    (void)client, (void)rtt_us;
    echoed = err;
    num_echoed++;
}

void up_transmit(const void *frame, size_t len)
{
    (void)frame, (void)len;
}

void up_configured(void) {}

uint32_t up_random(void)
{
    static uint32_t number = 1;
    return number = number * 1664525 + 1013904223;
}

static void start(void)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    stack_init(&options);
    stack_device_up(mac);
}

static void run(void)
{
    for (int i = 0; i < 100; i++)
        (void)stack_run_timers();
}

// Makes a listener on port 80 and a connection to it, and returns both ends.
static void join(struct sock **listener, struct sock **client, struct sock **server)
{
    start();
    ck_assert_int_eq(stream_listen(80, 2, listener), OK);
    sock_own(*listener, 1, 1);
    ck_assert_int_eq(stream_connect(ADDR, 80, client), OK);
    (*client)->owner = 2;
    run();
    ck_assert_int_eq(connected, OK);
    (*client)->owner = 2;
    ck_assert_int_eq(stream_accept(*listener, server), OK);
    sock_own(*server, 1, 2);
}

START_TEST(bytes_arrive_in_order_and_end)
{
    struct sock *listener, *client, *server;
    void *data;
    size_t len, sent = 0;
    join(&listener, &client, &server);
    ck_assert_int_eq(stream_read(server, 100, &data, &len), ERR_EMPTY);
    ck_assert_int_eq(stream_send(client, "hello world", 11, &sent), OK);
    ck_assert_uint_eq(sent, 11);
    run();
    ck_assert_int_eq(stream_read(server, 5, &data, &len), OK);
    ck_assert(len == 5 && memcmp(data, "hello", 5) == 0);
    free(data);
    sock_free(client); // bytes that were sent still arrive
    run();
    ck_assert_int_eq(stream_read(server, 100, &data, &len), OK);
    ck_assert(len == 6 && memcmp(data, " world", 6) == 0);
    free(data);
    ck_assert_int_eq(stream_read(server, 100, &data, &len), ERR_END);
    sock_free(server);
    sock_free(listener);
}
END_TEST

START_TEST(who_does_not_read_stops_the_sender)
{
    static uint8_t bytes[1 << 20];
    struct sock *listener, *client, *server;
    size_t total = 0;
    join(&listener, &client, &server);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 31 + i / 251);
    for (int i = 0; i < 1000; i++) {
        size_t sent = 0;
        ck_assert_int_eq(stream_send(client, bytes + total, sizeof(bytes) - total, &sent), OK);
        total += sent;
        run();
    }
    // The receiver's window and the sender's buffer bound the number of bytes.
    ck_assert_uint_le(server->in.len, 65535);
    ck_assert_uint_le(total, 2 * 65535);
    ck_assert(client->wants_room);

    // The sender continues only when it is told that there is room.
    size_t num_read = 0;
    while (num_read < sizeof(bytes)) {
        void *data;
        size_t len, sent = 0;
        run();
        error_t err = stream_read(server, 10000, &data, &len);
        if (err == ERR_EMPTY)
            continue;
        ck_assert_int_eq(err, OK);
        ck_assert(memcmp(data, bytes + num_read, len) == 0);
        num_read += len;
        free(data);
        if (num_writable > 0) {
            num_writable = 0;
            ck_assert_int_eq(stream_send(client, bytes + total, sizeof(bytes) - total, &sent), OK);
            total += sent;
        }
    }
}
END_TEST

START_TEST(a_write_is_answered_when_all_of_it_is_under_way)
{
    static const uint8_t bytes[200000];
    struct sock *listener, *client, *server;
    size_t num_read = 0;
    join(&listener, &client, &server);
    ck_assert_int_eq(stream_write(client, bytes, sizeof(bytes)), DONT_REPLY);
    run();
    ck_assert_uint_eq(num_written, 0);
    while (num_read < sizeof(bytes)) {
        void *data;
        size_t len;
        run();
        error_t err = stream_read(server, 50000, &data, &len);
        if (err == ERR_EMPTY)
            continue;
        ck_assert_int_eq(err, OK);
        num_read += len;
        free(data);
    }
    ck_assert_uint_eq(num_written, 1);
    ck_assert_int_eq(written, OK);
}
END_TEST

START_TEST(a_port_has_one_listener)
{
    struct sock *listener, *client, *server, *second;
    join(&listener, &client, &server);
    ck_assert_int_eq(stream_listen(80, 1, &second), ERR_IN_USE);
    ck_assert_int_eq(stream_listen(0, 1, &second), ERR_INVALID_ARG);
    ck_assert_int_eq(stream_listen(81, 0, &second), ERR_INVALID_ARG);
    sock_free(listener);
    // The listener's connections do not keep the port.
    ck_assert_int_eq(stream_listen(80, 1, &second), OK);
}
END_TEST

START_TEST(nobody_listens)
{
    struct sock *client;
    start();
    ck_assert_int_eq(stream_connect(ADDR, 9, &client), OK);
    client->owner = 2;
    run();
    ck_assert_int_eq(connected, ERR_UNAVAILABLE);
}
END_TEST

START_TEST(datagrams_are_kept_up_to_a_bound)
{
    struct sock *one, *two;
    void *data;
    size_t len;
    uint32_t addr;
    uint16_t port;
    start();
    ck_assert_int_eq(datagram_open(7, &one), OK);
    ck_assert_int_eq(datagram_open(7, &two), ERR_IN_USE);
    ck_assert_int_eq(datagram_open(0, &two), OK);
    ck_assert_int_eq(datagram_recv(one, &data, &len, &addr, &port), ERR_EMPTY);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(datagram_send(two, ADDR, 7, &i, sizeof(i)), OK);
        run();
    }
    for (int i = 0; i < 64; i++) {
        ck_assert_int_eq(datagram_recv(one, &data, &len, &addr, &port), OK);
        ck_assert(len == sizeof(i) && memcmp(data, &i, len) == 0 && addr == ADDR);
        free(data);
    }
    ck_assert_int_eq(datagram_recv(one, &data, &len, &addr, &port), ERR_EMPTY);
    ck_assert_int_eq(datagram_send(two, ADDR, 7, data, 65508), ERR_TOO_LARGE);
    sock_free(one);
    sock_free(two);
}
END_TEST

START_TEST(pings_are_answered)
{
    start();
    ck_assert_int_eq(echo_ask(3, ADDR, 1000), DONT_REPLY);
    run();
    ck_assert_int_eq(echoed, OK);
    ck_assert_uint_eq(num_echoed, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_stack");
    TCase *tcase = tcase_create("tcpip_stack");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, bytes_arrive_in_order_and_end);
    tcase_add_test(tcase, who_does_not_read_stops_the_sender);
    tcase_add_test(tcase, a_write_is_answered_when_all_of_it_is_under_way);
    tcase_add_test(tcase, a_port_has_one_listener);
    tcase_add_test(tcase, nobody_listens);
    tcase_add_test(tcase, datagrams_are_kept_up_to_a_bound);
    tcase_add_test(tcase, pings_are_answered);
    return run_check(suite);
}
