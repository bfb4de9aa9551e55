// Splits the shell's lines into words, and joins words again.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "shell.h"
#include "run_tests.h"

START_TEST(words_are_split_at_blanks)
{
    static const struct {
        const char *line;
        int num;
        const char *words[3];
    } rows[] = {
        {"", 0, {0}},
        {"  \t\r\n", 0, {0}},
        {"# all comment", 0, {0}},
        {"one", 1, {"one"}},
        {" one  two\tthree\n", 3, {"one", "two", "three"}},
        {"one # two", 1, {"one"}},
        {"a#b", 1, {"a#b"}},
        {"'a b' \"c d\"", 2, {"a b", "c d"}},
        {"a'b c'd", 1, {"ab cd"}},
        {"'' x", 2, {"", "x"}},
        {"a\\ b \\#c", 2, {"a b", "#c"}},
        {"'\\' \"\\\"\"", 2, {"\\", "\""}},
        {"x\\", 1, {"x\\"}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[64], *words[WORDS_MAX];
        strcpy(line, rows[i].line);
        ck_assert_msg(split_words(line, words) == rows[i].num, "%s", rows[i].line);
        for (int k = 0; k < rows[i].num; k++)
            ck_assert_str_eq(words[k], rows[i].words[k]);
    }
}
END_TEST

START_TEST(open_quotes_and_long_lines_are_errors)
{
    char open_quote[] = "a 'b", *words[WORDS_MAX];
    ck_assert_int_eq(split_words(open_quote, words), ERR_INVALID_ARG);
    char line[2 * (WORDS_MAX + 1) + 1] = "";
    for (int i = 0; i < WORDS_MAX; i++)
        strcat(line, "x ");
    ck_assert_int_eq(split_words(line, words), WORDS_MAX);
    line[0] = '\0';
    for (int i = 0; i <= WORDS_MAX; i++)
        strcat(line, "x ");
    ck_assert_int_eq(split_words(line, words), ERR_TOO_LARGE);
}
END_TEST

START_TEST(joined_words_split_into_the_same)
{
    char *in[] = {(char[]){"plain"}, (char[]){"a b"}, (char[]){""}, (char[]){"q\"u'o\\te"},
                  (char[]){"#"}};
    char *line = join_words(5, in), *out[WORDS_MAX];
    ck_assert_int_eq(split_words(line, out), 5);
    for (int i = 0; i < 5; i++)
        ck_assert_str_eq(in[i], out[i]);
    free(line);
}
END_TEST

START_TEST(numbers_are_whole_and_bounded)
{
    unsigned long long number = 77;
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1x", "0x10", "101", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!parse_number(bad[i], 100, &number), "%s", bad[i]);
    ck_assert_uint_eq(number, 77);
    ck_assert(parse_number("100", 100, &number) && number == 100);
    ck_assert(parse_number("0", 100, &number) && number == 0);
}
END_TEST

RUN_TESTS("shell_words", words_are_split_at_blanks, open_quotes_and_long_lines_are_errors,
          joined_words_split_into_the_same, numbers_are_whole_and_bounded)
