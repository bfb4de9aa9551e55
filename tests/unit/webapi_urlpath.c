// Tests which file a request's target names.
#include <check.h>
#include <stdlib.h>
#include "urlpath.h"
#include "run_tests.h"

START_TEST(targets_become_paths)
{
    static const struct {
        const char *target;
        const char *path; // NULL: it names no file
        bool is_dir;
    } rows[] = {
        {"/", "/", true},
        {"/a", "/a", false},
        {"/a/", "/a", true},
        {"//a///b", "/a/b", false},
        {"/a/./b/.", "/a/b", true},
        {"/a/../b", "/b", false},
        {"/a/b/..", "/a", true},
        {"/a/..", "/", true},
        {"/a?b=/c", "/a", false},
        {"/%61%2fb", "/a/b", false},
        {"/%2e%2e/a", NULL, false},
        {"/..", NULL, false},
        {"/a/../..", NULL, false},
        {"/...", "/...", false},
        {"/..a/.b", "/..a/.b", false},
        {"/%", NULL, false},
        {"/%4", NULL, false},
        {"/%zz", NULL, false},
        {"/%00", NULL, false},
        {"/a%20b", "/a b", false},
        {"/%e2%82%ac", "/\xe2\x82\xac", false},
        {"http://host:80/a", "/a", false},
        {"HTTP://host", "/", true},
        {"http://host?/a", "/", true},
        {"http://host/a?http://b/c", "/a", false},
        {"/a/?b", "/a", true},
        {"a", NULL, false},
        {"", NULL, false},
        {"*", NULL, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[64];
        bool is_dir;
        bool good = target_to_path(rows[i].target, path, &is_dir);
        ck_assert_msg(good == (rows[i].path != NULL), "%s", rows[i].target);
        if (!good)
            continue;
        ck_assert_str_eq(path, rows[i].path);
        ck_assert_msg(is_dir == rows[i].is_dir, "%s", rows[i].target);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("webapi_urlpath");
    TCase *tcase = tcase_create("webapi_urlpath");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, targets_become_paths);
    return run_check(suite);
}
