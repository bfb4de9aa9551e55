// Reading requests, at once and in pieces.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "request.h"

static struct request request;

// Feeds a text in pieces of `piece` bytes until the request is over. Returns how many were taken.
static size_t feed(const char *text, size_t piece)
{
    size_t at = 0, len = strlen(text);
    request_init(&request);
    while (at < len && request.state == REQUEST_PART) {
        size_t n = len - at < piece ? len - at : piece;
        at += request_feed(&request, text + at, n);
    }
    return at;
}

START_TEST(requests_are_read_whatever_the_pieces)
{
    static const char text[] = "GET /a%20b?q=1 HTTP/1.1\r\nHost: x\r\nRange:  bytes=1-2 \r\n"
                               "If-Modified-Since: never\r\nIf-Range: \"tag\"\r\n\r\n";
    for (size_t piece = 1; piece <= sizeof(text); piece++) {
        ck_assert_uint_eq(feed(text, piece), strlen(text));
        ck_assert_int_eq(request.state, REQUEST_WHOLE);
        ck_assert(request.get && !request.head && request.keep_alive && request.has_range);
        ck_assert_str_eq(request.target, "/a%20b?q=1");
        ck_assert_int_eq(strncmp(request.range, "bytes=1-2", 9), 0);
        ck_assert_str_eq(request.if_modified_since, "never");
        ck_assert_str_eq(request.if_range, "\"tag\"");
    }
}
END_TEST

START_TEST(what_follows_a_request_is_left)
{
    static const char text[] = "GET /one HTTP/1.1\r\n\r\nHEAD /two HTTP/1.1\r\n\r\n";
    size_t used = feed(text, sizeof(text));
    ck_assert_str_eq(request.target, "/one");
    ck_assert_uint_eq(used, strlen("GET /one HTTP/1.1\r\n\r\n"));
    request_next(&request);
    ck_assert_uint_eq(request_feed(&request, text + used, strlen(text) - used),
                      strlen(text) - used);
    ck_assert(request.state == REQUEST_WHOLE && request.head && request.get);
    ck_assert_str_eq(request.target, "/two");
}
END_TEST

START_TEST(bodies_are_skipped)
{
    static const char text[] = "POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
                               "GET /q HTTP/1.1\r\n\r\n";
    size_t used = feed(text, 7);
    ck_assert(request.state == REQUEST_WHOLE && !request.get);
    request_next(&request);
    request_feed(&request, text + used, strlen(text) - used);
    ck_assert_str_eq(request.target, "/q");
}
END_TEST

START_TEST(connections_are_kept_as_the_request_says)
{
    static const struct {
        const char *text;
        bool kept;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        feed(rows[i].text, 1000);
        ck_assert_msg(request.state == REQUEST_WHOLE && request.keep_alive == rows[i].kept, "%s",
                      rows[i].text);
    }
}
END_TEST

START_TEST(bad_requests_have_a_status)
{
    static const struct {
        const char *text;
        unsigned status;
    } rows[] = {
        {"hello\r\n\r\n", 400},
        {"GET /\r\n\r\n", 505},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/3.7\r\n\r\n", 505},
        {"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
        {"\x16\x03\x01\x02", 400},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t piece = 1; piece < 100; piece += 49) {
            feed(rows[i].text, piece);
            ck_assert_msg(request.state == REQUEST_BAD && request.status == rows[i].status,
                          "%s: %u", rows[i].text, request.status);
        }
    }
}
END_TEST

// A request with `len` bytes somewhere in it.
static void feed_long(const char *before, size_t len, const char *after)
{
    char *text = malloc(len + 1000);
    size_t at = (size_t)sprintf(text, "%s", before);
    memset(text + at, 'a', len);
    strcpy(text + at + len, after);
    feed(text, 1000);
    free(text);
}

START_TEST(lengths_are_bounded)
{
    feed_long("GET /", TARGET_MAX - 1, " HTTP/1.1\r\n\r\n");
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    ck_assert_uint_eq(strlen(request.target), TARGET_MAX);
    feed_long("GET /", TARGET_MAX, " HTTP/1.1\r\n\r\n");
    ck_assert(request.state == REQUEST_BAD && request.status == 414);
    feed_long("GET / HTTP/1.1\r\nX: ", HEADERS_MAX - 1, "\r\n\r\n");
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    feed_long("GET / HTTP/1.1\r\nX: ", HEADERS_MAX, "\r\n\r\n");
    ck_assert(request.state == REQUEST_BAD && request.status == 431);
    feed_long("GET / HTTP/1.1\r\nRange: ", VALUE_MAX + 1, "\r\n\r\n");
    ck_assert(request.state == REQUEST_BAD && request.status == 431);
    feed_long("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", 100000, "");
    ck_assert(request.state == REQUEST_BAD && request.status == 413);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webapi_request");
    TCase *tcase = tcase_create("webapi_request");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, requests_are_read_whatever_the_pieces);
    tcase_add_test(tcase, what_follows_a_request_is_left);
    tcase_add_test(tcase, bodies_are_skipped);
    tcase_add_test(tcase, connections_are_kept_as_the_request_says);
    tcase_add_test(tcase, bad_requests_have_a_status);
    tcase_add_test(tcase, lengths_are_bounded);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
