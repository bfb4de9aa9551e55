// Calls that come before the network is ready are kept until it is, at most for five seconds.
#include <check.h>
#include <idl/tcpip.h>
#include "stack.h"
#include "tcpip.h"
#include "run_tests.h"

#define WAIT_MS   5000
#define MAX_CALLS 64

static uint64_t now_ms;

uint64_t stack_now_ms(void)
{
    return now_ms;
}

static bool keep(task_t client, int type)
{
    struct message m = {.type = type, .src = client};
    return early_keep(&m);
}

// Each test is a process of its own (Check forks), so the module is new in each.
static void begin(void)
{
    now_ms = 1000;
    early_init();
}

START_TEST(what_needs_the_network_waits_until_it_is_there)
{
    struct message m;
    ck_assert(keep(7, TCPIP_PING_MSG));
    ck_assert(keep(5, TCPIP_CONNECT_MSG));
    ck_assert(keep(6, TCPIP_DNS_RESOLVE_MSG));
    ck_assert(!early_take(&m));
    ck_assert_int_eq(early_remaining(), WAIT_MS);
    early_over();
    ck_assert_int_eq(early_remaining(), 0);
    static const task_t order[] = {7, 5, 6};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        ck_assert(early_take(&m));
        ck_assert_int_eq(m.src, order[i]);
    }
    ck_assert(!early_take(&m));
    ck_assert_int_eq(early_remaining(), -1);
}
END_TEST

START_TEST(they_have_an_answer_where_no_network_comes)
{
    struct message m;
    now_ms += 400;
    ck_assert_int_eq(early_remaining(), -1);
    ck_assert(keep(7, TCPIP_PING_MSG));
    ck_assert_int_eq(early_remaining(), WAIT_MS - 400);
    now_ms += WAIT_MS - 401;
    ck_assert_int_eq(early_remaining(), 1);
    ck_assert(!early_take(&m));
    now_ms++;
    ck_assert_int_eq(early_remaining(), 0);
    ck_assert(early_take(&m));
    ck_assert_int_eq(m.type, TCPIP_PING_MSG);
    ck_assert_int_eq(m.src, 7);
    // A call that was taken is answered: neither it nor a later call waits again.
    ck_assert(!early_keep(&m));
    ck_assert(!keep(8, TCPIP_CONNECT_MSG));
}
END_TEST

START_TEST(nothing_waits_once_the_network_is_there)
{
    early_over();
    ck_assert(!keep(7, TCPIP_PING_MSG));
    ck_assert_int_eq(early_remaining(), -1);
}
END_TEST

START_TEST(what_needs_no_network_does_not_wait)
{
    ck_assert(!keep(7, TCPIP_LISTEN_MSG));
    ck_assert(!keep(7, TCPIP_CLOSE_MSG));
    ck_assert_int_eq(early_remaining(), -1);
}
END_TEST

START_TEST(one_call_of_each_client_and_no_more_than_there_is_room_for)
{
    ck_assert(keep(1, TCPIP_CONNECT_MSG));
    ck_assert(!keep(1, TCPIP_CONNECT_MSG));
    for (task_t client = 2; client <= MAX_CALLS; client++)
        ck_assert(keep(client, TCPIP_CONNECT_MSG));
    ck_assert(!keep(MAX_CALLS + 1, TCPIP_CONNECT_MSG));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_early");
    TCase *tcase = tcase_create("tcpip_early");
    tcase_add_checked_fixture(tcase, begin, NULL);
    tcase_add_test(tcase, what_needs_the_network_waits_until_it_is_there);
    tcase_add_test(tcase, they_have_an_answer_where_no_network_comes);
    tcase_add_test(tcase, nothing_waits_once_the_network_is_there);
    tcase_add_test(tcase, what_needs_no_network_does_not_wait);
    tcase_add_test(tcase, one_call_of_each_client_and_no_more_than_there_is_room_for);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
