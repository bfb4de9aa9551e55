// Tests dates, names of the server and conditions of requests.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "date.h"
#include "host.h"
#include "precondition.h"
#include "run_tests.h"

#define NOW   1700000100
#define MTIME 1700000000 // Tue, 14 Nov 2023 22:13:20 GMT

START_TEST(dates_beyond_four_digits_are_left_out)
{
    char date[DATE_LEN];
    ck_assert(!date_format(-1, date));
    ck_assert(!date_format(253402300800, date));
    ck_assert(!date_format(INT64_MAX, date));
    ck_assert(date_format(253402300799, date));
    ck_assert_str_eq(date, "Fri, 31 Dec 9999 23:59:59 GMT");
}
END_TEST

START_TEST(dates_have_three_formats)
{
    static const struct {
        const char *text;
        int64_t time; // negative: the text is no date
    } rows[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Tue Nov 14 22:13:20 2023", MTIME},
        {"Tuesday, 14-Nov-23 22:13:20 GMT", MTIME},
        // A year without century is at most 50 years in the future.
        {"Tuesday, 14-Nov-73 22:13:20 GMT", 3277923200},
        {"Wednesday, 14-Nov-74 22:13:20 GMT", 153699200},
        {"Thu, 29 Feb 2024 00:00:00 GMT", 1709164800},
        {"Wed, 29 Feb 2023 00:00:00 GMT", -1},
        {"Sun, 31 Apr 2023 00:00:00 GMT", -1},
        {"Sun, 06 Nov 1994 24:00:00 GMT", -1},
        {"Sun, 06 Nov 1994 08:49:37 UTC", -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT+1", -1},
        {"Sun, 6 Nov 1994 08:49:37 GMT", -1},
        {"06 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 nov 1994 08:49:37 GMT", -1},
        {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
        {"never", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time = -1;
        bool good = date_parse(rows[i].text, NOW, &time);
        ck_assert_msg(good == (rows[i].time >= 0) && (!good || time == rows[i].time), "%s: %lld",
                      rows[i].text, (long long)time);
    }
}
END_TEST

START_TEST(names_that_others_can_have_are_not_ours)
{
    static const struct {
        const char *host;
        bool ours;
    } rows[] = {
        {"localhost", true},
        {"LOCALHOST:8080", true},
        {"a.localhost", true},
        {"127.0.0.1", true},
        {"10.0.2.15:80", true},
        {"[::1]:80", true},
        {"x", true},
        {"www.example.org", true},
        {"WWW.EXAMPLE.ORG.:80", true},
        {"example.org", false},
        {"a.www.example.org", false},
        {"evil.test:80", false},
        {"127.0.0.1.evil.test", false},
        {"localhost.evil.test", false},
        {"1.2.3", false},
        {"xlocalhost.", true},
        {"x.xlocalhost", false},
    };
    ck_assert_int_eq(host_add("www.example.org"), OK);
    ck_assert_int_eq(host_add("a b"), ERR_INVALID_ARG);
    ck_assert_int_eq(host_add(""), ERR_INVALID_ARG);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(host_is_valid(rows[i].host), "%s", rows[i].host);
        ck_assert_msg(host_is_ours(rows[i].host, strlen(rows[i].host)) == rows[i].ours, "%s",
                      rows[i].host);
    }
}
END_TEST

START_TEST(a_target_may_name_its_host)
{
    static const struct {
        const char *target, *host; // NULL: the request is refused
    } rows[] = {
        {"http://a:80/b", "a:80"}, {"HTTP://a?b/c", "a"}, {"http://[::1]/", "[::1]"},
        {"http:///a", NULL},       {"http://", NULL},     {"http://u@a/", NULL},
        {"https://a/", NULL},      {"*", NULL},           {"a:1", NULL},
        {"http://[::1/", NULL},    {"http://a:x/", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *host;
        size_t len;
        bool good = host_of_target(rows[i].target, &host, &len);
        ck_assert_msg(good == (rows[i].host != NULL), "%s", rows[i].target);
        if (good)
            ck_assert(len == strlen(rows[i].host) && strncmp(host, rows[i].host, len) == 0);
    }
}
END_TEST

static struct request request;

static void feed(const char *fields)
{
    char text[1000];
    snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", fields);
    request_init(&request);
    request_feed(&request, text, strlen(text));
    ck_assert_int_eq(request.state, REQUEST_WHOLE);
}

#define BEFORE "Tue, 14 Nov 2023 22:13:19 GMT"
#define SAME   "Tue, 14 Nov 2023 22:13:20 GMT"
#define AFTER  "Tue, 14 Nov 2023 22:13:21 GMT"

// Section 13 of RFC 9110, in the order of section 13.2.2.
START_TEST(conditions_are_judged_in_their_order)
{
    static const struct version file = {.etag = "\"tag\"", .has_mtime = true, .mtime = MTIME};
    static const struct version page = {.has_mtime = false};
    static const struct {
        const char *fields;
        enum precondition of_file, of_page;
    } rows[] = {
        {"", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-Match: *\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-Match: \"tag\"\r\n", PRECONDITION_HOLDS, PRECONDITION_FAILED},
        {"If-Match: \"a\" ,\t\"tag\"\r\n", PRECONDITION_HOLDS, PRECONDITION_FAILED},
        {"If-Match: \"a\"\r\nIf-Match: \"tag\"\r\n", PRECONDITION_HOLDS, PRECONDITION_FAILED},
        {"If-Match: W/\"tag\"\r\n", PRECONDITION_FAILED, PRECONDITION_FAILED},
        {"If-Match: tag\r\n", PRECONDITION_FAILED, PRECONDITION_FAILED},
        {"If-Match:\r\n", PRECONDITION_FAILED, PRECONDITION_FAILED},
        {"If-Match: \"\"\r\n", PRECONDITION_FAILED, PRECONDITION_FAILED},
        {"If-Unmodified-Since: " BEFORE "\r\n", PRECONDITION_FAILED, PRECONDITION_HOLDS},
        {"If-Unmodified-Since: " SAME "\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-Unmodified-Since: never\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-Match: \"tag\"\r\nIf-Unmodified-Since: " BEFORE "\r\n", PRECONDITION_HOLDS,
         PRECONDITION_FAILED},
        {"If-None-Match: *\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_NOT_MODIFIED},
        {"If-None-Match: \"tag\"\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_HOLDS},
        {"If-None-Match: W/\"tag\"\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_HOLDS},
        {"If-None-Match: \"a,b\", , \"tag\"\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_HOLDS},
        {"If-None-Match: \"abc\"\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-None-Match: \"ta\"\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-None-Match: \"abc\"\r\nIf-Modified-Since: " SAME "\r\n", PRECONDITION_HOLDS,
         PRECONDITION_HOLDS},
        {"If-Modified-Since: " BEFORE "\r\n", PRECONDITION_HOLDS, PRECONDITION_HOLDS},
        {"If-Modified-Since: " SAME "\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_HOLDS},
        {"If-Modified-Since: " AFTER "\r\n", PRECONDITION_NOT_MODIFIED, PRECONDITION_HOLDS},
        {"If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT\r\n", PRECONDITION_NOT_MODIFIED,
         PRECONDITION_HOLDS},
        {"If-Modified-Since: Tue Nov 14 22:13:20 2023\r\n", PRECONDITION_NOT_MODIFIED,
         PRECONDITION_HOLDS},
        {"If-Modified-Since: " SAME "\r\nIf-Modified-Since: " SAME "\r\n", PRECONDITION_HOLDS,
         PRECONDITION_HOLDS},
        {"If-Match: \"a\"\r\nIf-None-Match: \"tag\"\r\n", PRECONDITION_FAILED, PRECONDITION_FAILED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        feed(rows[i].fields);
        ck_assert_msg(precondition_check(&request, &file, NOW) == rows[i].of_file, "%s",
                      rows[i].fields);
        ck_assert_msg(precondition_check(&request, &page, NOW) == rows[i].of_page, "%s",
                      rows[i].fields);
    }
}
END_TEST

START_TEST(a_range_is_of_the_version_that_the_client_knows)
{
    static const struct version file = {.etag = "\"tag\"", .has_mtime = true, .mtime = MTIME};
    static const struct {
        const char *fields;
        int64_t now;
        bool ranged;
    } rows[] = {
        {"Range: bytes=0-0\r\n", NOW, true},
        {"Range: bytes=0-0\r\nRange: bytes=0-0\r\n", NOW, false},
        {"Range: bytes=0-0\r\nIf-Range: \"tag\"\r\n", NOW, true},
        {"Range: bytes=0-0\r\nIf-Range: W/\"tag\"\r\n", NOW, false},
        {"Range: bytes=0-0\r\nIf-Range: \"abc\"\r\n", NOW, false},
        {"Range: bytes=0-0\r\nIf-Range: \"tag\"\r\nIf-Range: \"tag\"\r\n", NOW, false},
        {"Range: bytes=0-0\r\nIf-Range: " SAME "\r\n", NOW, true},
        {"Range: bytes=0-0\r\nIf-Range: " AFTER "\r\n", NOW, false},
        {"Range: bytes=0-0\r\nIf-Range: " BEFORE "\r\n", NOW, false},
        // The file may change again in the same second.
        {"Range: bytes=0-0\r\nIf-Range: " SAME "\r\n", MTIME + 1, false},
        {"", NOW, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        feed(rows[i].fields);
        const char *range = precondition_range(&request, &file, rows[i].now);
        ck_assert_msg((range != NULL) == rows[i].ranged, "%s", rows[i].fields);
        request.head = true; // only GET has ranges
        ck_assert_ptr_null(precondition_range(&request, &file, rows[i].now));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webapi_conditions");
    TCase *tcase = tcase_create("webapi_conditions");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, dates_beyond_four_digits_are_left_out);
    tcase_add_test(tcase, dates_have_three_formats);
    tcase_add_test(tcase, names_that_others_can_have_are_not_ours);
    tcase_add_test(tcase, a_target_may_name_its_host);
    tcase_add_test(tcase, conditions_are_judged_in_their_order);
    tcase_add_test(tcase, a_range_is_of_the_version_that_the_client_knows);
    return run_check(suite);
}
