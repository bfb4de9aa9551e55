// Tests heads, pages and types of answers.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "head.h"
#include "page.h"
#include "types.h"
#include "run_tests.h"

START_TEST(a_head_says_what_is_sent)
{
    struct text text = {0};
    head_write(&text, &(struct head){.status = 206,
                                     .keep_alive = true,
                                     .type = "text/plain",
                                     .len = 10,
                                     .first = 5,
                                     .size = 100,
                                     .date = 784111778,
                                     .etag = "\"a\"",
                                     .has_mtime = true,
                                     .mtime = 784111777});
    ck_assert_str_eq(text.bytes, "HTTP/1.1 206 Partial Content\r\n"
                                 "Server: Oolong\r\n"
                                 "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n"
                                 "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                 "ETag: \"a\"\r\n"
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
    head_write(&text, &(struct head){
                          .status = 301, .path = "/a\r\nSet-Cookie: x/", .query = "?a=b\r\xff"});
    ck_assert_ptr_nonnull(strstr(text.bytes, "Location: /a%0D%0ASet-Cookie%3A%20x/?a=b%0D%FF\r\n"));
    text_free(&text);
}
END_TEST

START_TEST(what_has_no_length_does_not_say_one)
{
    struct text text = {0};
    head_write(&text, &(struct head){.status = 200, .type = "text/html", .chunked = true});
    ck_assert_ptr_nonnull(strstr(text.bytes, "Transfer-Encoding: chunked\r\n"));
    ck_assert_ptr_null(strstr(text.bytes, "Content-Length"));
    text_free(&text);
    head_write(&text, &(struct head){.status = 200, .type = "text/html", .until_end = true});
    ck_assert_ptr_null(strstr(text.bytes, "Content-Length"));
    ck_assert_ptr_null(strstr(text.bytes, "Transfer-Encoding"));
    text_free(&text);
}
END_TEST

START_TEST(names_are_quoted_in_listings)
{
    struct text text = {0};
    page_begin_listing(&text, "/<script>");
    page_add_entry(&text, &(struct page_entry){.name = "a\"b'c&d<e>.txt", .size = 7});
    page_add_entry(&text,
                   &(struct page_entry){.name = "javascript:x", .is_dir = true, .mtime = -5});
    page_end_listing(&text);
    ck_assert(!text.failed);
    ck_assert_ptr_null(strstr(text.bytes, "<script>"));
    ck_assert_ptr_nonnull(strstr(text.bytes, "href=\"./a%22b%27c%26d%3Ce%3E.txt\""));
    ck_assert_ptr_nonnull(strstr(text.bytes, ">a&quot;b&#39;c&amp;d&lt;e&gt;.txt<"));
    ck_assert_ptr_nonnull(strstr(text.bytes, "href=\"./javascript%3Ax/\""));
    text_free(&text);
}
END_TEST

START_TEST(a_listing_is_for_people)
{
    struct text text = {0};
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    page_begin_listing(&text, "/a");
    page_add_entry(
        &text,
        &(struct page_entry){.name = name, .has_size = true, .size = 1234567, .mtime = 1700000000});
    page_add_entry(&text, &(struct page_entry){.name = "to", .is_link = true, .is_dir = true});
    page_end_listing(&text);
    static const char *const parts[] = {
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "color-scheme: light dark",
        "overflow-wrap: anywhere",
        "<th scope=\"col\">Name<th scope=\"col\">Modified (UTC)<th scope=\"col\">Size",
        "<a href=\"../\">",
        "title=\"1234567 bytes\">1.2 MB",
        "<time>2023-11-14<span> 22:13</span></time>",
        "href=\"./to/\"><bdi>to/</bdi></a> (link)",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        ck_assert_msg(strstr(text.bytes, parts[i]) != NULL, "%s", parts[i]);
    ck_assert_ptr_nonnull(strstr(text.bytes, name));
    text_free(&text);
    page_begin_listing(&text, "/");
    ck_assert_ptr_null(strstr(text.bytes, "../"));
    text_free(&text);
}
END_TEST

START_TEST(characters_are_whole_or_replaced)
{
#define NO "\xef\xbf\xbd"
    static const struct {
        const char *name, *shown;
    } rows[] = {
        {"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\xff"
         "b",
         "a" NO "b"},
        {"\xc3", NO},
        {"\xe2\x82", NO NO},
        {"\xc0\xaf", NO NO},
        {"\xed\xa0\x80", NO NO NO},
        {"\xf4\x90\x80\x80", NO NO NO NO},
        {"\xf8\x88\x80\x80\x80", NO NO NO NO NO},
        {"a\nb\x1b"
         "c\x7f",
         "a" NO "b" NO "c" NO},
        {"\xc2\x9b", NO NO},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text text = {0};
        text_add_html(&text, rows[i].name);
        ck_assert_str_eq(text.bytes, rows[i].shown);
        text_free(&text);
    }
}
END_TEST

START_TEST(sizes_are_for_people)
{
    static const struct {
        uint64_t size;
        const char *text;
    } rows[] = {
        {0, "0 B"},
        {999, "999 B"},
        {1000, "1.0 kB"},
        {1234, "1.2 kB"},
        {99949, "99.9 kB"},
        {100000, "100 kB"},
        {999499, "999 kB"},
        {999500, "1.0 MB"},
        {20971520, "21.0 MB"},
        {99950, "100 kB"},
        {1000000, "1.0 MB"},
        {4300000000, "4.3 GB"},
        {UINT64_MAX, "18.4 EB"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[SIZE_LEN];
        page_format_size(rows[i].size, text);
        ck_assert_str_eq(text, rows[i].text);
    }
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
    tcase_add_test(tcase, what_has_no_length_does_not_say_one);
    tcase_add_test(tcase, a_listing_is_for_people);
    tcase_add_test(tcase, characters_are_whole_or_replaced);
    tcase_add_test(tcase, sizes_are_for_people);
    tcase_add_test(tcase, names_are_quoted_in_listings);
    tcase_add_test(tcase, types_go_by_the_end_of_a_name);
    return run_check(suite);
}
