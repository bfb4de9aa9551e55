// Tests the arguments of tcpip.
#include <check.h>
#include <oolong/message.h>
#include <stdlib.h>
#include "options.h"
#include "run_tests.h"

START_TEST(addresses_are_read)
{
    struct options o = OPTIONS_INIT;
    ck_assert_int_eq(options_parse(&o, "address=10.0.2.15/24"), OK);
    ck_assert_int_eq(options_parse(&o, "gateway=10.0.2.2"), OK);
    ck_assert_int_eq(options_parse(&o, "dns=10.0.2.3"), OK);
    ck_assert_uint_eq(o.addr, 0x0a00020f);
    ck_assert_uint_eq(o.netmask, 0xffffff00);
    ck_assert_uint_eq(o.gateway, 0x0a000202);
    ck_assert_uint_eq(o.dns, 0x0a000203);
    ck_assert_uint_eq(o.dns_port, 53);
    ck_assert_int_eq(options_parse(&o, "dns=127.0.0.1:5353"), OK);
    ck_assert_uint_eq(o.dns_port, 5353);
    ck_assert(!o.dhcp);
    ck_assert_int_eq(options_parse(&o, "dhcp"), OK);
    ck_assert(!o.resea);
    ck_assert_int_eq(options_parse(&o, "resea"), OK);
    ck_assert(o.resea);
    ck_assert(o.dhcp);
    ck_assert_int_eq(options_parse(&o, "address=1.2.3.4/30"), OK);
    ck_assert_uint_eq(o.netmask, 0xfffffffc);
}
END_TEST

START_TEST(what_is_no_argument_is_refused)
{
    static const char *const rows[] = {
        "",
        "address=",
        "address=10.0.2.15",
        "address=10.0.2.15/",
        "address=/8",
        "address=1.2.3.4/0",
        "address=1.2.3.4/31",
        "address=1.2.3/8",
        "gateway=",
        "gateway=router",
        "dns=",
        "dns=1.2.3.4:",
        "dns=:53",
        "dns=1.2.3.4:0",
        "dns=1.2.3.4:65536",
        "dhcp=yes",
        "name=value",
        "address=1.2.3.4/x",
        "gateway=1.2.3.4.5.6.7.8.9",
    };
    struct options o = OPTIONS_INIT;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(options_parse(&o, rows[i]) == ERR_INVALID_ARG, "%s", rows[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_options");
    TCase *tcase = tcase_create("tcpip_options");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, addresses_are_read);
    tcase_add_test(tcase, what_is_no_argument_is_refused);
    return run_check(suite);
}
