// Tests the arguments of slirp.
#include <arpa/inet.h>
#include <check.h>
#include <oolong/message.h>
#include <stdlib.h>
#include "options.h"
#include "run_tests.h"

START_TEST(forwards_are_read)
{
    struct options o = {0};
    ck_assert_int_eq(options_parse(&o, "hostfwd=tcp:127.0.0.1:8080-10.0.2.15:80"), OK);
    ck_assert_int_eq(options_parse(&o, "hostfwd=udp:0.0.0.0:0-10.0.2.16:65535"), OK);
    ck_assert_uint_eq(o.num_forwards, 2);
    ck_assert(!o.forwards[0].udp && o.forwards[1].udp);
    ck_assert_uint_eq(o.forwards[0].host_addr.s_addr, inet_addr("127.0.0.1"));
    ck_assert_uint_eq(o.forwards[0].host_port, 8080);
    ck_assert_uint_eq(o.forwards[0].guest_addr.s_addr, inet_addr("10.0.2.15"));
    ck_assert_uint_eq(o.forwards[0].guest_port, 80);
    ck_assert_uint_eq(o.forwards[1].host_port, 0);
    ck_assert_uint_eq(o.forwards[1].guest_port, 65535);
    ck_assert(!o.restricted);
    ck_assert_int_eq(options_parse(&o, "restrict"), OK);
    ck_assert(o.restricted);
}
END_TEST

START_TEST(what_is_no_argument_is_refused)
{
    static const char *const rows[] = {
        "",
        "restricted",
        "hostfwd=",
        "hostfwd=tcp:",
        "hostfwd=sctp:127.0.0.1:1-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:1",
        "hostfwd=tcp:127.0.0.1:1-",
        "hostfwd=tcp:127.0.0.1-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:65536-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:99999999999999999999-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:1-10.0.2.15:0",
        "hostfwd=tcp:localhost:1-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1.1.1.1.1.1.1:1-10.0.2.15:80",
        "hostfwd=tcp:127.0.0.1:1-10.0.2.15:80x",
    };
    struct options o = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(options_parse(&o, rows[i]) == ERR_INVALID_ARG, "%s", rows[i]);
    ck_assert_uint_eq(o.num_forwards, 0);
}
END_TEST

START_TEST(forwards_are_bounded)
{
    struct options o = {0};
    for (int i = 0; i < FORWARDS_MAX; i++)
        ck_assert_int_eq(options_parse(&o, "hostfwd=tcp:127.0.0.1:0-10.0.2.15:80"), OK);
    ck_assert_int_eq(options_parse(&o, "hostfwd=tcp:127.0.0.1:0-10.0.2.15:80"), ERR_NO_MEMORY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slirp_options");
    TCase *tcase = tcase_create("slirp_options");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, forwards_are_read);
    tcase_add_test(tcase, what_is_no_argument_is_refused);
    tcase_add_test(tcase, forwards_are_bounded);
    return run_check(suite);
}
