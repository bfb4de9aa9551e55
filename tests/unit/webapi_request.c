// Tests the reading of requests, at once and in pieces.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "request.h"
#include "run_tests.h"

static struct request request;

// Feeds a text in pieces of `piece` bytes until the request ends. Returns the number of bytes
// taken.
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

#define HOST "Host: x\r\n"

static const char *once(enum field field)
{
    const char *value = request_field_once(&request, field);
    return value ? value : "(none)";
}

START_TEST(requests_are_read_whatever_the_pieces)
{
    static const char text[] = "GET /a%20b?q=1 HTTP/1.1\r\nHost:\tx \r\nRange:  bytes=1-2 \t\r\n"
                               "If-Modified-Since: never\r\nX-Empty:\r\nIf-Range: \"tag\"\r\n"
                               "If-None-Match: \"a\"\r\nIF-NONE-MATCH:\"b\"\r\n\r\n";
    for (size_t piece = 1; piece <= sizeof(text); piece++) {
        ck_assert_uint_eq(feed(text, piece), strlen(text));
        ck_assert_int_eq(request.state, REQUEST_WHOLE);
        ck_assert(request.get && !request.head && request.keep_alive && request.chunks);
        ck_assert_str_eq(request.line.target, "/a%20b?q=1");
        ck_assert_str_eq(once(FIELD_HOST), "x");
        ck_assert_str_eq(once(FIELD_RANGE), "bytes=1-2");
        ck_assert_str_eq(once(FIELD_IF_MODIFIED_SINCE), "never");
        ck_assert_str_eq(once(FIELD_IF_RANGE), "\"tag\"");
        ck_assert_str_eq(once(FIELD_IF_NONE_MATCH), "(none)");
        const char *tag = request_field(&request, FIELD_IF_NONE_MATCH, NULL);
        ck_assert_str_eq(tag, "\"a\"");
        tag = request_field(&request, FIELD_IF_NONE_MATCH, tag);
        ck_assert_str_eq(tag, "\"b\"");
        ck_assert_ptr_null(request_field(&request, FIELD_IF_NONE_MATCH, tag));
    }
}
END_TEST

START_TEST(what_follows_a_request_is_left)
{
    static const char text[] =
        "GET /one HTTP/1.1\r\n" HOST "\r\n\r\nHEAD /two HTTP/1.1\r\n" HOST "\r\n";
    size_t used = feed(text, sizeof(text));
    ck_assert_str_eq(request.line.target, "/one");
    ck_assert_uint_eq(used, strlen("GET /one HTTP/1.1\r\n" HOST "\r\n"));
    request_next(&request);
    ck_assert_uint_eq(request_feed(&request, text + used, strlen(text) - used),
                      strlen(text) - used);
    ck_assert(request.state == REQUEST_WHOLE && request.head && request.get);
    ck_assert_str_eq(request.line.target, "/two");
}
END_TEST

START_TEST(bodies_are_skipped)
{
    static const char *const bodies[] = {
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding:  CHUNKED \r\n\r\n2;x=\"y z\"\r\nhe\r\n03\r\nllo\r\n0\r\nX: y\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            char text[400];
            snprintf(text, sizeof(text),
                     "POST /p HTTP/1.1\r\n" HOST "%sGET /q HTTP/1.1\r\n" HOST "\r\n", bodies[i]);
            size_t used = feed(text, piece);
            ck_assert_msg(request.state == REQUEST_WHOLE && !request.get, "%s", text);
            ck_assert(request.known && request.keep_alive);
            request_next(&request);
            request_feed(&request, text + used, strlen(text) - used);
            ck_assert_str_eq(request.line.target, "/q");
        }
    }
}
END_TEST

START_TEST(a_trailer_has_no_fields_of_the_request)
{
    feed("GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
         "0\r\nRange: bytes=0-0\r\nHost: y\r\nContent-Length: 3\r\n\r\n",
         7);
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    ck_assert_str_eq(once(FIELD_RANGE), "(none)");
    ck_assert_str_eq(once(FIELD_HOST), "x");
}
END_TEST

START_TEST(an_answer_does_not_wait_for_a_body_that_waits_for_it)
{
    static const char head[] = "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\n";
    char text[200];
    snprintf(text, sizeof(text), "%sContent-Length: 5\r\n\r\n", head);
    ck_assert_uint_eq(feed(text, 10), strlen(text));
    ck_assert(request.state == REQUEST_WHOLE && !request.keep_alive);
    snprintf(text, sizeof(text), "%sTransfer-Encoding: chunked\r\n\r\n", head);
    feed(text, 1000);
    ck_assert(request.state == REQUEST_WHOLE && !request.keep_alive);
    // No more bytes belong to the request.
    snprintf(text, sizeof(text), "%s\r\n", head);
    feed(text, 1000);
    ck_assert(request.state == REQUEST_WHOLE && request.keep_alive);
    feed("POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\na", 1000);
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
}
END_TEST

START_TEST(connections_are_kept_as_the_request_says)
{
    static const struct {
        const char *text;
        bool kept;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", true},
        {"GET / HTTP/1.7\r\n" HOST "\r\n", true},
        {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         false},
        {"GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: x\r\n\r\n", false},
        {"CONNECT x:1 HTTP/1.1\r\n" HOST "\r\n", false},
        {"\r\nGET / HTTP/1.1\r\n" HOST "\r\n", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        feed(rows[i].text, 1000);
        ck_assert_msg(request.state == REQUEST_WHOLE && request.keep_alive == rows[i].kept, "%s",
                      rows[i].text);
    }
}
END_TEST

#define GET     "GET / HTTP/1.1\r\n"
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    const char *text;
    unsigned status;
} bad_requests[] = {
    // The first line.
    {"hello\r\n\r\n", 400},
    {"\x16\x03\x01\x02", 400},
    {"GET /\r\n\r\n", 400},
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /  HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400},
    {" GET / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1\n" HOST "\r\n", 400},
    {"GET / HTTP/1.1\rX" HOST "\r\n", 400},
    {"GET / http/1.1\r\n" HOST "\r\n", 400},
    {"GET / HTTP/1.10\r\n" HOST "\r\n", 400},
    {"GET / HTTP/11\r\n" HOST "\r\n", 400},
    {"GET / RTSP/1.0\r\n" HOST "\r\n", 400},
    {"GET / ICE/1.0\r\n" HOST "\r\n", 400},
    {"GET / HTTP/3.7\r\n" HOST "\r\n", 505},
    {"GET / HTTP/0.9\r\n\r\n", 505},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GET /\x7f HTTP/1.1\r\n" HOST "\r\n", 400},
    {"GETTTTTTTTTTTTTTTTTTTTTTTTTTT / HTTP/1.1\r\n" HOST "\r\n", 501},
    {"\nGET / HTTP/1.1\r\n" HOST "\r\n", 400},
    {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400},
    // Fields.
    {GET HOST "no colon\r\n\r\n", 400},
    {GET "Host : x\r\n\r\n", 400},
    {GET HOST "X Y: a\r\n\r\n", 400},
    {GET HOST ": a\r\n\r\n", 400},
    {GET HOST "X: a\r\n b\r\n\r\n", 400},
    {GET HOST "X: \rxContent-Length: 3\r\n\r\n", 400},
    {GET HOST "X: a\nContent-Length: 3\r\n\r\n", 400},
    {GET HOST "X: a\x01\r\n\r\n", 400},
    {GET HOST "X\x80: a\r\n\r\n", 400},
    {GET HOST "\rxGET", 400},
    {GET HOST "\n", 400},
    // Hosts.
    {GET "\r\n", 400},
    {GET HOST "Host: x\r\n\r\n", 400},
    {"GET / HTTP/1.0\r\n" HOST "Host: y\r\n\r\n", 400},
    {GET "Host: a b\r\n\r\n", 400},
    {GET "Host: a/b\r\n\r\n", 400},
    {GET "Host: u@a\r\n\r\n", 400},
    {GET "Host: a:b\r\n\r\n", 400},
    {GET "Host:\r\n\r\n", 400},
    {GET "Host: x, y\r\n\r\n", 400},
    // Lengths and codings.
    {GET HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {GET HOST "Content-Length: 99999999999999999999\r\n\r\n", 400},
    {GET HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
    {GET HOST "Content-Length: +3\r\n\r\n", 400},
    {GET HOST "Content-Length: 70000\r\n\r\n", 413},
    {GET HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {GET HOST "Transfer-Encoding: identity\r\n\r\n", 501},
    {GET HOST "Transfer-Encoding:\r\n\r\n", 501},
    {GET HOST "Transfer-Encoding: \t\r\n\r\n", 501},
    {GET HOST "Expect: 200-ok\r\n\r\n", 417},
    // Bodies in chunks.
    {CHUNKED "5\r\nabcdeXX0\r\n\r\n", 400},
    {CHUNKED "5\rxabcde\r\n0\r\n\r\n", 400},
    {CHUNKED "5\nabcde\r\n0\r\n\r\n", 400},
    {CHUNKED "5 \r\nabcde\r\n0\r\n\r\n", 400},
    {CHUNKED "0x5\r\nabcde\r\n0\r\n\r\n", 400},
    {CHUNKED "\r\n", 400},
    {CHUNKED "0\r\n: a\r\n\r\n", 400},
    {CHUNKED "0\r\nA: b\r\n c\r\n\r\n", 400},
    {CHUNKED "0\r\nA: b\rxc: d\r\n\r\n", 400},
    {CHUNKED "0\r\nA : b\r\n\r\n", 400},
};

START_TEST(bad_requests_have_a_status)
{
    for (size_t i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]); i++) {
        for (size_t piece = 1; piece < 100; piece += 49) {
            feed(bad_requests[i].text, piece);
            ck_assert_msg(request.state == REQUEST_BAD && request.status == bad_requests[i].status,
                          "%s: %u", bad_requests[i].text, request.status);
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
    feed_long("GET /", TARGET_MAX - 1, " HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    ck_assert_uint_eq(strlen(request.line.target), TARGET_MAX);
    feed_long("GET /", TARGET_MAX, " HTTP/1.1\r\n\r\n");
    ck_assert(request.state == REQUEST_BAD && request.status == 414);
    feed_long("GET / HTTP/1.0\r\nX: ", HEADERS_MAX - 1, "\r\n\r\n");
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    feed_long("GET / HTTP/1.0\r\nX: ", HEADERS_MAX, "\r\n\r\n");
    ck_assert(request.state == REQUEST_BAD && request.status == 431);
    feed_long("GET / HTTP/1.0\r\nRange: ", 10000, "\r\n\r\n"); // a field with many ranges
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    feed_long("POST / HTTP/1.0\r\nContent-Length: 60000\r\n\r\n", 60000, "");
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
    feed_long(CHUNKED "1;x=", 400000, "");
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
    tcase_add_test(tcase, a_trailer_has_no_fields_of_the_request);
    tcase_add_test(tcase, an_answer_does_not_wait_for_a_body_that_waits_for_it);
    tcase_add_test(tcase, connections_are_kept_as_the_request_says);
    tcase_add_test(tcase, bad_requests_have_a_status);
    tcase_add_test(tcase, lengths_are_bounded);
    return run_check(suite);
}
