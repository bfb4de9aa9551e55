// Tests how command lines are split.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "util.h"
#include "run_tests.h"

static const struct row {
    const char *text;
    const char *error; // part of the error's text; NULL: no error
    const char *words[5];
} rows[] = {
    {"", NULL, {NULL}},
    {" \t\n", NULL, {NULL}},
    {"one", NULL, {"one"}},
    {"  one\ttwo  ", NULL, {"one", "two"}},
    {"'one two' three", NULL, {"one two", "three"}},
    {"\"one two\"three", NULL, {"one twothree"}},
    {"''", NULL, {""}},
    {"a '' b", NULL, {"a", "", "b"}},
    {"'it''s'", NULL, {"its"}},
    {"'it'\\''s'", NULL, {"it's"}},
    {"one\\ two", NULL, {"one two"}},
    {"\"say \\\"so\\\"\"", NULL, {"say \"so\""}},
    {"\"a\\b\"", NULL, {"a\\b"}},
    {"'a\\b'", NULL, {"a\\b"}},
    {"\"it's\"", NULL, {"it's"}},
    {"\303\244 \342\202\254", NULL, {"\303\244", "\342\202\254"}},
    {"one 'two", "quote", {NULL}},
    {"one \"two", "quote", {NULL}},
    {"one\\", "backslash", {NULL}},
};

START_TEST(command_lines_are_split_as_a_shell_does)
{
    const struct row *row = &rows[_i];
    struct strings words = {0};
    const char *error = split_command(row->text, &words);
    if (row->error) {
        ck_assert_ptr_nonnull(error);
        ck_assert_ptr_nonnull(strstr(error, row->error));
    } else {
        ck_assert_ptr_null(error);
        size_t len = 0;
        for (; row->words[len]; len++) {
            ck_assert_uint_lt(len, words.len);
            ck_assert_str_eq(words.items[len], row->words[len]);
        }
        ck_assert_uint_eq(words.len, len);
    }
    strings_free(&words);
}
END_TEST

START_TEST(plain_names_are_short_and_of_few_characters)
{
    char longest[65] = "";
    memset(longest, 'a', 63);
    ck_assert(is_plain_name(longest));
    longest[63] = 'a';
    ck_assert(!is_plain_name(longest));
    ck_assert(is_plain_name("archive-2.fs_A"));
    ck_assert(!is_plain_name(""));
    ck_assert(!is_plain_name("a b"));
    ck_assert(!is_plain_name("a/b"));
    ck_assert(!is_plain_name("\303\244"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_command");
    TCase *tc = tcase_create("split");
    tcase_add_loop_test(tc, command_lines_are_split_as_a_shell_does, 0,
                        sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(tc, plain_names_are_short_and_of_few_characters);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
