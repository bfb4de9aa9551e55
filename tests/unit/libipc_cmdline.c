// <resea/cmdline.h>: words and quotes, commands, missing and superfluous arguments.

#include <resea/cmdline.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run_tests.h"

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

// A line that does not fit the registered arguments ends the program, which prints why.
static void check_ends(const char *line, const char *why)
{
    char said[1024] = "";
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        char *cmd;
        cmdline_parse(line, &cmd);
        _exit(99);
    }
    close(ends[1]);
    for (ssize_t n, at = 0; (n = read(ends[0], said + at, sizeof(said) - 1 - (size_t)at)) > 0;)
        at += n;
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE, "\"%s\": %d", line,
                  status);
    ck_assert_msg(strstr(said, why), "\"%s\": %s", line, said);
}

START_TEST(missing_too_many_and_open_quotes)
{
    static const struct {
        const char *line, *why;
    } bad[] = {
        {"", "the argument <first> is missing"},  {"   ", "the argument <first> is missing"},
        {"a b c d", "too many arguments: \"d\""}, {"'a", "a quote is not closed in: a"},
        {"\"a", "a quote is not closed"},         {"a 'b c", "a quote is not closed in: b c"},
        {"a \"b\\\"", "a quote is not closed"},   {"", "usage: <first> [second] [third]"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_up();
        check_ends(bad[i].line, bad[i].why);
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
    check_ends("copy", "the argument <from> is missing");
    check_ends("quit now", "too many arguments: \"now\"");
    check_ends("ca /x", "no such command: \"ca\"");
    check_ends("", "the command is missing");
    check_ends("", "usage: copy <from> [to]");
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
    check_ends("cat", "too many arguments");
}
END_TEST

RUN_TESTS("cmdline", words_and_quotes, missing_too_many_and_open_quotes,
          commands_have_their_own_arguments, init_forgets)
