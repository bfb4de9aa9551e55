// Tests mask.h: the text that a terminal gets.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/printable.h>
#include "mask.h"
#include "run_tests.h"

static const struct {
    const char *text;
    const char *masked;   // the text for a terminal with UTF-8
    const char *as_ascii; // the text for any other terminal
} rows[] = {
    {"plain text, \ttab\nand line", "plain text, \ttab\nand line", "plain text, \ttab\nand line"},
    {"a\033[31mb\007\b\177\v\f", "a?[31mb?????", "a?[31mb?????"},
    {"raw C1 \233c \200\237", "raw C1 ?c ??", "raw C1 ?c ??"},
    {"C1 \302\233c \302\200\302\237", "C1 ??c ????", "C1 ??c ????"},
    {"no C1 \302\240 \303\233", "no C1 \302\240 \303\233", "no C1 ?? ??"},
    {"\303\274 \342\202\254 \360\237\230\200", "\303\274 \342\202\254 \360\237\230\200",
     "?? ??? ????"},
    {"overlong \340\202\233 \301\233 \360\200\202\233.", "overlong ??? ?? ????.",
     "overlong ??? ?? ????."},
    {"broken \342\202 \303. \377 \365\200\200\200", "broken ?? ?. ? ????", "broken ?? ?. ? ????"},
    {"surrogate \355\240\200, beyond \364\220\200\200.", "surrogate ???, beyond ????.",
     "surrogate ???, beyond ????."},
    {"\342\200\256rtl\342\200\250 \342\201\246", "???rtl??? ???", "???rtl??? ???"},
    {"crlf\r\nover\rwritten", "crlf \nover?written", "crlf \nover?written"},
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

START_TEST(a_terminal_gets_printable_text_alone)
{
    for (int is_utf8 = 0; is_utf8 < 2; is_utf8++) {
        char text[128];
        size_t len = strlen(rows[_i].text);
        memcpy(text, rows[_i].text, len + 1);
        ck_assert_uint_eq(printable_mask(text, len, is_utf8), len);
        ck_assert_str_eq(text, is_utf8 ? rows[_i].masked : rows[_i].as_ascii);
    }
}
END_TEST

// The text is cut anywhere. The bytes that are not done come again, in front of the second piece.
START_TEST(what_is_cut_comes_to_the_same)
{
    for (size_t cut = 0; cut <= strlen(rows[_i].text); cut++) {
        char text[128];
        size_t len = strlen(rows[_i].text);
        memcpy(text, rows[_i].text, len + 1);
        size_t done = printable_mask(text, cut, true);
        ck_assert(done <= cut && cut - done <= 3);
        ck_assert_uint_eq(printable_mask(text + done, len - done, true), len - done);
        ck_assert_str_eq(text, rows[_i].masked);
    }
}
END_TEST

START_TEST(every_byte_alone_is_harmless)
{
    for (int byte = 0; byte < 256; byte++) {
        char text[] = {'a', (char)byte, 'z', 0};
        printable_mask(text, 3, true);
        bool is_text = (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t';
        ck_assert_int_eq((unsigned char)text[1], is_text ? byte : '?');
    }
}
END_TEST

START_TEST(a_line_is_one_line)
{
    char text[] = "a\nb\tc\rd\033e\302\233f\303\274g\374\300h\237";
    mask_line(text, false);
    // Latin-1 stays: it may be part of a file name.
    ck_assert_str_eq(text, "a?b?c?d?e??f\303\274g\374\300h?");
    char on_terminal[] = "a\nb\374c";
    mask_line(on_terminal, true);
    ck_assert_str_eq(on_terminal, "a?b?c");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_mask");
    TCase *tc = tcase_create("mask");
    tcase_add_loop_test(tc, a_terminal_gets_printable_text_alone, 0, NUM_ROWS);
    tcase_add_loop_test(tc, what_is_cut_comes_to_the_same, 0, NUM_ROWS);
    tcase_add_test(tc, every_byte_alone_is_harmless);
    tcase_add_test(tc, a_line_is_one_line);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
