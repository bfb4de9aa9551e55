// Normalized names of members.
#include "archivefs_support.h"
#include "path.h"
#include <string.h>

START_TEST(path_tidy_removes_what_means_nothing)
{
    static const struct {
        const char *name, *tidy;
    } rows[] = {
        {"", ""},
        {"/", ""},
        {".", ""},
        {"./", ""},
        {"a", "a"},
        {"/a", "a"},
        {"./a", "a"},
        {"a/", "a"},
        {"a//b", "a/b"},
        {"a/./b/.", "a/b"},
        {"///a/b///", "a/b"},
        {"...", "..."},
        {".a", ".a"},
        {"a./b.", "a./b."},
        {"a b/ c", "a b/ c"},
        {"\xff/\xfe", "\xff/\xfe"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char buf[64];
        ck_assert_int_eq(path_tidy(rows[i].name, buf, sizeof(buf)), OK);
        ck_assert_str_eq(buf, rows[i].tidy);
    }
}
END_TEST

START_TEST(path_tidy_keeps_parents_inside)
{
    static const struct {
        const char *name, *tidy;
    } rows[] = {
        {"..", ""},          {"../../etc/passwd", "etc/passwd"},
        {"a/..", ""},        {"a/../b", "b"},
        {"a/b/../c", "a/c"}, {"a/b/../../../c", "c"},
        {"/../a", "a"},      {"ab/../c", "c"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char buf[64];
        ck_assert_int_eq(path_tidy(rows[i].name, buf, sizeof(buf)), OK);
        ck_assert_str_eq(buf, rows[i].tidy);
    }
}
END_TEST

START_TEST(path_tidy_refuses_what_is_too_long)
{
    static char name[PATH_LEN_MAX * 2], buf[PATH_LEN_MAX + 1];
    memset(name, 'x', NAME_LEN_MAX);
    ck_assert_int_eq(path_tidy(name, buf, sizeof(buf)), OK);
    ck_assert_int_eq(path_tidy(name, buf, NAME_LEN_MAX + 1), OK);
    ck_assert_int_eq(path_tidy(name, buf, NAME_LEN_MAX), ERR_TOO_LARGE);
    name[NAME_LEN_MAX] = 'x';
    ck_assert_int_eq(path_tidy(name, buf, sizeof(buf)), ERR_TOO_LARGE);

    // The components are short, but the path is too long.
    for (size_t i = 0; i < sizeof(name) - 2; i += 2)
        memcpy(&name[i], "a/", 2);
    name[PATH_LEN_MAX] = '\0';
    ck_assert_int_eq(path_tidy(name, buf, sizeof(buf)), OK);
    name[PATH_LEN_MAX] = '/';
    name[PATH_LEN_MAX + 2] = '\0';
    ck_assert_int_eq(path_tidy(name, buf, sizeof(buf)), ERR_TOO_LARGE);
}
END_TEST

static void add(TCase *cases)
{
    tcase_add_test(cases, path_tidy_removes_what_means_nothing);
    tcase_add_test(cases, path_tidy_keeps_parents_inside);
    tcase_add_test(cases, path_tidy_refuses_what_is_too_long);
}

int main(void)
{
    return run_suite("archivefs_path", add);
}
