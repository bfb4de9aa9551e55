// Tests which frames reach lwIP.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "filter.h"
#include "run_tests.h"

// Makes an IPv4 frame of `len` bytes with this first byte and this protocol.
static uint8_t *frame(uint8_t first, uint8_t proto, uint8_t tcp_flags)
{
    static uint8_t bytes[FRAME_MAX + 1];
    memset(bytes, 0, sizeof(bytes));
    bytes[12] = 8;
    bytes[14] = first;
    bytes[14 + 9] = proto;
    bytes[14 + 20 + 13] = tcp_flags;
    return bytes;
}

START_TEST(frames_that_are_none_are_refused)
{
    uint8_t *tcp = frame(0x45, 6, 0x10);
    ck_assert_int_eq(filter_frame(tcp, 0), FRAME_REFUSED);
    ck_assert_int_eq(filter_frame(tcp, 13), FRAME_REFUSED);
    ck_assert_int_eq(filter_frame(tcp, 33), FRAME_REFUSED);
    ck_assert_int_eq(filter_frame(tcp, FRAME_MAX), FRAME_ACCEPTED);
    ck_assert_int_eq(filter_frame(tcp, FRAME_MAX + 1), FRAME_REFUSED);
}
END_TEST

START_TEST(only_what_is_needed_gets_in)
{
    for (unsigned proto = 0; proto < 256; proto++) {
        bool wanted = proto == 1 || proto == 6 || proto == 17;
        ck_assert_int_eq(filter_frame(frame(0x45, (uint8_t)proto, 0), 60),
                         wanted ? FRAME_ACCEPTED : FRAME_REFUSED);
    }
    for (unsigned first = 0; first < 256; first++) // all versions and header lengths
        ck_assert_int_eq(filter_frame(frame((uint8_t)first, 17, 0), 100),
                         first == 0x45 ? FRAME_ACCEPTED : FRAME_REFUSED);
    uint8_t *other = frame(0x45, 17, 0);
    other[12] = 0x86, other[13] = 0xdd; // IPv6
    ck_assert_int_eq(filter_frame(other, 60), FRAME_REFUSED);
    other[12] = 0x08, other[13] = 0x06;
    ck_assert_int_eq(filter_frame(other, 14), FRAME_ACCEPTED);
    ck_assert(filter_is_arp(other, 14) && !filter_is_arp(other, 13));
}
END_TEST

START_TEST(requests_for_connections_are_seen)
{
    ck_assert_int_eq(filter_frame(frame(0x45, 6, 0x02), 54), FRAME_OPENING);
    ck_assert_int_eq(filter_frame(frame(0x45, 6, 0x12), 54), FRAME_ACCEPTED);
    ck_assert_int_eq(filter_frame(frame(0x45, 6, 0x02), 47), FRAME_ACCEPTED);
}
END_TEST

START_TEST(our_own_address_is_known_as_source)
{
    uint8_t *ip = frame(0x45, 6, 0);
    const uint8_t bytes[4] = {10, 0, 2, 15};
    uint32_t addr;
    memcpy(&addr, bytes, 4);
    ck_assert(!filter_is_from(ip, 60, addr));
    memcpy(ip + 14 + 12, bytes, 4);
    ck_assert(filter_is_from(ip, 60, addr));
    ck_assert(!filter_is_from(ip, 33, addr));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_filter");
    TCase *tcase = tcase_create("tcpip_filter");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, frames_that_are_none_are_refused);
    tcase_add_test(tcase, only_what_is_needed_gets_in);
    tcase_add_test(tcase, requests_for_connections_are_seen);
    tcase_add_test(tcase, our_own_address_is_known_as_source);
    return run_check(suite);
}
