// <resea/cmdline.h>: words and quotes, commands, missing and superfluous arguments.

#include <resea/cmdline.h>
#include <string.h>
#include "libipc_suite.h"

static char *first, *second, *third;

static void set_up(void)
{
    first = second = third = NULL;
    cmdline_init();
    cmdline_arg(&first, NULL, "first", false);
    cmdline_arg(&second, NULL, "second", true);
    cmdline_arg(&third, NULL, "third", true);
}

static void check_equal(const char *actual, const char *expected)
{
    if (expected)
        ck_assert_str_eq(actual, expected);
    else
        ck_assert_ptr_null(actual);
}

START_TEST(words_and_quotes)
{
    static const struct {
        const char *line;
        const char *words[3];
    } table[] = {
        {"a", {"a"}},
        {"  a \t b\n", {"a", "b"}},
        {"a b c", {"a", "b", "c"}},
        {"'a b' c", {"a b", "c"}},
        {"\"a b\"c d", {"a bc", "d"}},
        {"a\\ b c", {"a b", "c"}},
        {"'' \"\" x", {"", "", "x"}},
        {"'a\\b' \"a\\\"b\" \\'", {"a\\b", "a\"b", "'"}},
        {"\"it's\" 'say \"x\"'", {"it's", "say \"x\""}},
        {"a'b'\"c\"d", {"abcd"}},
        {"gr\xc3\xb6\xc3\x9f"
         "e",
         {"gr\xc3\xb6\xc3\x9f"
          "e"}},
        {"a\\", {"a\\"}},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        set_up();
        ck_assert_int_eq(cmdline_parse(table[i].line, NULL), OK);
        check_equal(first, table[i].words[0]);
        check_equal(second, table[i].words[1]);
        check_equal(third, table[i].words[2]);
    }
}
END_TEST

START_TEST(missing_too_many_and_open_quotes)
{
    static const char *const bad[] = {"", "   ", "a b c d", "'a", "\"a", "a 'b c", "a \"b\\\""};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_up();
        ck_assert_msg(cmdline_parse(bad[i], NULL) == ERR_INVALID_ARG, "%s", bad[i]);
    }
}
END_TEST

START_TEST(commands_have_their_own_arguments)
{
    char *path, *from, *to, *cmd;
    cmdline_init();
    cmdline_cmd("cat");
    cmdline_cmd("copy");
    cmdline_cmd("quit");
    cmdline_arg(&path, "cat", "path", false);
    cmdline_arg(&from, "copy", "from", false);
    cmdline_arg(&to, "copy", "to", true);
    ck_assert_int_eq(cmdline_parse("cat /x", &cmd), OK);
    ck_assert_str_eq(cmd, "cat");
    ck_assert_str_eq(path, "/x");
    ck_assert_int_eq(cmdline_parse("copy '/a b' /c", &cmd), OK);
    ck_assert_str_eq(cmd, "copy");
    ck_assert_str_eq(from, "/a b");
    ck_assert_str_eq(to, "/c");
    ck_assert_int_eq(cmdline_parse("copy /a", &cmd), OK);
    ck_assert_ptr_null(to);
    ck_assert_int_eq(cmdline_parse("quit", NULL), OK);
    ck_assert_int_eq(cmdline_parse("copy", &cmd), ERR_INVALID_ARG);
    ck_assert_int_eq(cmdline_parse("quit now", &cmd), ERR_INVALID_ARG);
    ck_assert_int_eq(cmdline_parse("ca /x", &cmd), ERR_NOT_FOUND);
    ck_assert_int_eq(cmdline_parse("", &cmd), ERR_NOT_FOUND);
    ck_assert_str_eq(cmd, "copy"); // outputs are written on success alone
}
END_TEST

START_TEST(init_forgets)
{
    char *cmd;
    cmdline_init();
    cmdline_cmd("cat");
    cmdline_init();
    ck_assert_int_eq(cmdline_parse("", &cmd), OK);
    ck_assert_ptr_null(cmd);
    ck_assert_int_eq(cmdline_parse("cat", &cmd), ERR_INVALID_ARG);
}
END_TEST

RUN_TESTS("cmdline", words_and_quotes, missing_too_many_and_open_quotes,
          commands_have_their_own_arguments, init_forgets)
