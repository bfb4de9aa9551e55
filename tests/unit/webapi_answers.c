// Heads, pages and types of answers.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "head.h"
#include "page.h"
#include "types.h"

START_TEST(a_head_says_what_is_sent)
{
    struct text text = {0};
    head_write(&text, &(struct head){.status = 206,
                                     .keep_alive = true,
                                     .type = "text/plain",
                                     .len = 10,
                                     .first = 5,
                                     .size = 100,
                                     .has_mtime = true,
                                     .mtime = 784111777});
    ck_assert_str_eq(text.bytes, "HTTP/1.1 206 Partial Content\r\n"
                                 "Server: Oolong\r\n"
                                 "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                 "Accept-Ranges: bytes\r\n"
                                 "Content-Range: bytes 5-14/100\r\n"
                                 "Content-Type: text/plain\r\n"
                                 "X-Content-Type-Options: nosniff\r\n"
                                 "Content-Length: 10\r\n"
                                 "Connection: keep-alive\r\n\r\n");
    text_free(&text);
}
END_TEST

START_TEST(a_location_cannot_add_lines)
{
    struct text text = {0};
    head_write(&text, &(struct head){.status = 301, .location = "/a\r\nSet-Cookie: x/"});
    ck_assert_ptr_nonnull(strstr(text.bytes, "Location: /a%0D%0ASet-Cookie%3A%20x/\r\n"));
    text_free(&text);
}
END_TEST

START_TEST(dates_beyond_four_digits_are_left_out)
{
    char date[DATE_LEN];
    ck_assert(!head_format_date(-1, date));
    ck_assert(!head_format_date(253402300800, date));
    ck_assert(!head_format_date(INT64_MAX, date));
    ck_assert(head_format_date(253402300799, date));
    ck_assert_str_eq(date, "Fri, 31 Dec 9999 23:59:59 GMT");
}
END_TEST

START_TEST(names_are_quoted_in_listings)
{
    struct text text = {0};
    page_begin_listing(&text, "/<script>");
    page_add_entry(&text, "a\"b'c&d<e>.txt", false, 7, 0);
    page_add_entry(&text, "javascript:x", true, 0, -5);
    page_end_listing(&text);
    ck_assert(!text.failed);
    ck_assert_ptr_null(strstr(text.bytes, "<script>"));
    ck_assert_ptr_nonnull(strstr(text.bytes, "href=\"./a%22b%27c%26d%3Ce%3E.txt\""));
    ck_assert_ptr_nonnull(strstr(text.bytes, ">a&quot;b&#39;c&amp;d&lt;e&gt;.txt<"));
    ck_assert_ptr_nonnull(strstr(text.bytes, "href=\"./javascript%3Ax/\""));
    text_free(&text);
}
END_TEST

START_TEST(types_go_by_the_end_of_a_name)
{
    ck_assert_str_eq(type_of("/a/b.HTML"), "text/html; charset=utf-8");
    ck_assert_str_eq(type_of("/a.html/b"), "application/octet-stream");
    ck_assert_str_eq(type_of("/x.png"), "image/png");
    ck_assert_str_eq(type_of("x"), "application/octet-stream");
    ck_assert_str_eq(type_of("/x."), "application/octet-stream");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webapi_answers");
    TCase *tcase = tcase_create("webapi_answers");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_head_says_what_is_sent);
    tcase_add_test(tcase, a_location_cannot_add_lines);
    tcase_add_test(tcase, dates_beyond_four_digits_are_left_out);
    tcase_add_test(tcase, names_are_quoted_in_listings);
    tcase_add_test(tcase, types_go_by_the_end_of_a_name);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
