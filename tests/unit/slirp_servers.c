// Tests the choice among the host's name servers.
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "servers.h"
#include "run_tests.h"

START_TEST(servers_that_can_be_reached_are_found)
{
    static const struct {
        const char *text;
        size_t num;
        const char *first, *second;
    } rows[] = {
        {"nameserver 1.2.3.4\n", 1, "1.2.3.4", NULL},
        {"# none\nsearch test\noptions edns0\n", 0, NULL, NULL},
        {"nameserver fe80::1%eth0\n", 0, NULL, NULL},
        {"nameserver fe80::1%eth0\nnameserver 1.2.3.4\n", 1, "1.2.3.4", NULL},
        {"nameserver ::1\n\tnameserver\t127.0.0.53 # local\r\nnameserver 9.9.9.9", 2, "127.0.0.53",
         "9.9.9.9"},
        {"nameserver1.2.3.4\nnameserver\nnameserver 1.2.3\nnameserver 1.2.3.4.5\n", 0, NULL, NULL},
        {"", 0, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct servers servers;
        servers_find(&servers, rows[i].text, strlen(rows[i].text));
        ck_assert_msg(servers.num == rows[i].num, "%s", rows[i].text);
        if (rows[i].first)
            ck_assert_str_eq(servers.addrs[0], rows[i].first);
        if (rows[i].second)
            ck_assert_str_eq(servers.addrs[1], rows[i].second);
    }
    char many[1000] = "";
    for (int i = 0; i < 20; i++)
        strcat(many, "nameserver 1.2.3.4\n");
    struct servers servers;
    servers_find(&servers, many, strlen(many));
    ck_assert_uint_eq(servers.num, SERVERS_MAX);
}
END_TEST

// A frame between the guest's port and the server's, with a message's number and answer.
static const uint8_t *make(bool answer, unsigned port, unsigned id, unsigned rcode)
{
    static uint8_t frame[14 + 20 + 8 + 12];
    uint32_t server = inet_addr("10.0.2.3");
    memset(frame, 0, sizeof(frame));
    frame[12] = 8;
    frame[14] = 0x45;
    frame[23] = 17;
    memcpy(frame + (answer ? 26 : 30), &server, 4);
    frame[answer ? 36 : 34] = (uint8_t)(port >> 8);
    frame[answer ? 37 : 35] = (uint8_t)port;
    frame[answer ? 35 : 37] = 53;
    frame[42] = (uint8_t)(id >> 8);
    frame[43] = (uint8_t)id;
    frame[45] = (uint8_t)rcode;
    return frame;
}

#define LEN (14 + 20 + 8 + 12)

START_TEST(a_server_that_does_not_answer_is_noticed)
{
    uint32_t server = inet_addr("10.0.2.3");
    ck_assert_int_eq(servers_see_question(make(false, 1000, 7, 0), LEN, server), ASKED_FIRST);
    ck_assert_int_eq(servers_see_question(make(false, 1000, 7, 0), LEN, server), ASKED_AGAIN);
    ck_assert_int_eq(servers_see_question(make(false, 1000, 8, 0), LEN, server), ASKED_FIRST);
    ck_assert_int_eq(servers_see_question(make(false, 1001, 7, 0), LEN, server), ASKED_FIRST);
    ck_assert_int_eq(servers_see_answer(make(true, 1000, 7, 0), LEN, server), ASKED_NOTHING);
    ck_assert_int_eq(servers_see_question(make(false, 1000, 7, 0), LEN, server), ASKED_FIRST);
    ck_assert_int_eq(servers_see_answer(make(true, 1000, 7, 2), LEN, server), ASKED_REFUSED);
    ck_assert_int_eq(servers_see_answer(make(true, 1000, 7, 2), LEN, server), ASKED_NOTHING);
    // Frames that are too short, or that belong to another server.
    ck_assert_int_eq(servers_see_question(make(false, 1, 1, 0), LEN - 1, server), ASKED_NOTHING);
    ck_assert_int_eq(servers_see_question(make(false, 1, 1, 0), LEN, server + 1), ASKED_NOTHING);
    for (unsigned i = 0; i < 1000; i++) // more than slirp remembers
        ck_assert_int_eq(servers_see_question(make(false, 2000, i, 0), LEN, server), ASKED_FIRST);
    ck_assert_int_eq(servers_see_question(make(false, 2000, 999, 0), LEN, server), ASKED_AGAIN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slirp_servers");
    TCase *tcase = tcase_create("slirp_servers");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, servers_that_can_be_reached_are_found);
    tcase_add_test(tcase, a_server_that_does_not_answer_is_noticed);
    return run_check(suite);
}
