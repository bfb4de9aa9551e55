// Tests what valid suite files mean, and the line of each error.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/wire.h>
#include "diagnostics.h"
#include "suite_file.h"
#include "run_tests.h"

static struct manifest mf;
static struct settings settings;

static bool parse(const char *text)
{
    return manifest_parse(&mf, "dir/suite.ini", text, strlen(text), &settings);
}

static void teardown(void)
{
    manifest_free(&mf);
    strings_free(&settings.pairs);
}

START_TEST(a_section_without_keys_is_a_task_with_defaults)
{
    ck_assert(parse("[task pong]\n"));
    struct task_spec *task = manifest_find(&mf, "pong");
    ck_assert_ptr_nonnull(task);
    ck_assert_str_eq(task->program, "pong");
    ck_assert_str_eq(task->profile, "plain");
    ck_assert_int_eq(task->restart, RESTART_NEVER);
    ck_assert_uint_eq(task->rights, 0);
    ck_assert(task->autostart && !task->console && !task->is_main && !task->calls_any);
    ck_assert_uint_eq(task->ool_len, CONFIG_OOL_BUFFER_LEN);
    ck_assert_int_eq(task->cpu, CPU_AUTO);
    ck_assert_int_eq(task->line, 1);
    ck_assert_str_eq(mf.name, "suite");
}
END_TEST

START_TEST(every_key_is_understood)
{
    strings_add(&settings.pairs, "archive=my files.tar");
    strings_add(&settings.pairs, "n=2");
    ck_assert(
        parse("; a comment\n"
              "[suite]\nname = demo\nlookup_timeout_ms = 500\nvm = other\n"
              "restart_limit = 7\n"
              "[task a]\n"
              "program = ./bin/a\n"
              "args = -n ${n} \"two words\"\n  '${archive}'\n"
              "calls = b, c\n  vm\n"
              "serves = fs blk\nprofile = console\nrestart = on-failure\n"
              "restart_limit = 30 in 60 s\n"
              "rights = quit launch destroy inspect\nconsole = yes\nautostart = no\nmain = no\n"
              "memory = 64MiB\nfiles = 100\nool_buffer = 8KB\ncpu = 1\n"
              "file.one = ${archive}\nfile.two = data/x y rw\nfile.three = /dev/null ro\n"
              "[task b]\ncalls = *\nmemory = unlimited\ncpu = any\n[task c]\n"));
    struct task_spec *a = manifest_find(&mf, "a");
    ck_assert_str_eq(mf.name, "demo");
    ck_assert_uint_eq(mf.lookup_timeout_ms, 500);
    ck_assert_str_eq(mf.vm_program, "other");
    ck_assert_str_eq(a->program, "dir/./bin/a");
    ck_assert_uint_eq(a->args.len, 4);
    ck_assert_str_eq(a->args.items[1], "2");
    ck_assert_str_eq(a->args.items[2], "two words");
    ck_assert_str_eq(a->args.items[3], "my files.tar");
    ck_assert_uint_eq(a->calls.len, 3);
    ck_assert_uint_eq(a->serves.len, 2);
    ck_assert_int_eq(a->restart, RESTART_ON_FAILURE);
    ck_assert(a->restart_limit.num == 30 && a->restart_limit.seconds == 60);
    ck_assert(mf.restart_limit.num == 7 && mf.restart_limit.seconds == 10);
    ck_assert_uint_eq(a->rights, RIGHT_QUIT | RIGHT_LAUNCH | RIGHT_DESTROY | RIGHT_INSPECT);
    ck_assert(a->console && !a->autostart);
    ck_assert_uint_eq(a->memory, 64 << 20);
    ck_assert_uint_eq(a->files, 100);
    ck_assert_uint_eq(a->ool_len, 8192);
    ck_assert_int_eq(a->cpu, 1);
    ck_assert_uint_eq(a->num_files, 3);
    ck_assert_str_eq(a->file[0].path, "my files.tar"); // relative to the working directory
    ck_assert_str_eq(a->file[1].path, "dir/data/x y"); // relative to the suite file
    ck_assert(a->file[1].writable && !a->file[2].writable);
    ck_assert_str_eq(a->file[2].path, "/dev/null");
    ck_assert_uint_eq(manifest_find(&mf, "b")->memory, 0);
    ck_assert_int_eq(manifest_find(&mf, "b")->cpu, CPU_ANY);
}
END_TEST

// Each text has one error, at `line`.
static const struct row {
    const char *text;
    int line;
    const char *error; // part of the error's text
} rows[] = {
    {"program = x\n", 1, "before the first section"},
    {"\n[tsak a]\n", 2, "not a section"},
    {"[task]\n", 1, "not a section"},
    {"[task a b/c]\n[task b/c]\n", 2, "cannot name a task"},
    {"[task vm]\n", 1, "belongs to every suite"},
    {"[task a]\n\n[task a]\n", 3, "already at line 1"},
    {"[task a]\ncolour = red\n", 2, "no key 'colour'"},
    {"[suite]\ncolour = red\n", 2, "no key 'colour'"},
    {"[suite]\nname = a b\n", 2, "must be"},
    {"[suite]\nlookup_timeout_ms = soon\n", 2, "number of milliseconds"},
    {"[task a]\nprofile = none\n", 2, "must be one of plain, vm"},
    {"[task a]\nrestart = sometimes\n", 2, "never, on-failure or always"},
    {"[task a]\nrestart_limit = often\n", 2, "NUMBER in SECONDS s, or unlimited"},
    {"[task a]\nrestart_limit = 0\n", 2, "NUMBER in SECONDS s, or unlimited"},
    {"[task a]\nrestart_limit = 5 in 0\n", 2, "NUMBER in SECONDS s, or unlimited"},
    {"[task a]\nrestart_limit = 5 in s\n", 2, "NUMBER in SECONDS s, or unlimited"},
    {"[suite]\nrestart_limit = -5 in 10\n", 2, "NUMBER in SECONDS s, or unlimited"},
    {"[task a]\nrights = quit fly\n", 2, "quit, launch, destroy or inspect"},
    {"[task a]\nconsole = maybe\n", 2, "yes or no"},
    {"[task a]\nmemory = 1M\n", 2, "16M or more"},
    {"[task a]\nmemory = 99999999999G\n", 2, "16M or more"},
    {"[task a]\nmemory = 64MX\n", 2, "16M or more"},
    {"[task a]\nmemory = 64 MB\n", 2, "16M or more"},
    {"[task a]\nmemory = 48M\n", 1,
     "memory must be 49M or more, because its receive buffers take 33M"},
    {"[task a]\nool_buffer = 1G\n", 1, "memory must be 2065M or more"},
    {"[task a]\nfiles = 1\n", 2, "from 16"},
    {"[task a]\nool_buffer = 2G\n", 2, "from 4K to 1G"},
    {"[task a]\ncpu = -1\n", 2, "number of a core"},
    {"[task a]\nfile.x =\n", 2, "file.NAME = PATH"},
    {"[task a]\nmount.x =\n", 2, "mount.NAME = FOLDER"},
    {"[task a]\nmount.a/b = /mnt\n", 2, "mount.NAME = FOLDER"},
    {"[task a when x]\n", 1, "only 'if KEY'"},
    {"[task a if x y]\n", 1, "only 'if KEY'"},
    {"[task a if]\n", 1, "only 'if KEY'"},
    {"[task a]\nfile. = /dev/null\n", 2, "file.NAME = PATH"},
    {"[task a]\nargs = 'a\n", 2, "quote"},
    {"[task a]\nargs = ${unset}\n", 2, "--set unset=VALUE"},
    {"[task a]\nprogram = ${unset}\n", 2, "--set unset=VALUE"},
    {"[task a]\nprogram = ${unset\n", 2, "without }"},
    {"[task a]\nprogram =\n", 2, "program's name"},
    {"[task a]\nprogram = x\nprogram = y\n", 3, "given twice"},
    {"[task a]\nprogram = x\n  y\n", 3, "which is not a list"},
    {"[task a]\ncalls = b\n", 1, "there is no [task b]"},
    {"[task a]\nwhat is this\n", 2, "neither 'key = value'"},
    {"[task a]\nmain = yes\n[task b]\nmain = yes\n", 3, "already the main task"},
    {"[task a]\nconsole = yes\nprofile = console\n"
     "[task b]\nconsole = yes\nprofile = console\n",
     4, "already has the console"},
    {"[task a]\nconsole = yes\n", 1, "profile = console"},
    {"[task a]\nmain = yes\nrestart = always\n", 1, "cannot be restarted"},
    {"[task a]\nserves = "
     "0123456789012345678901234567890123456789012345678901234567890123\n",
     2, "at most 63"},
    {"[task a]\nserves = a\tb\x01\n", 2, "in UTF-8"},
    {"[task a]\nserves = \xff\n", 2, "in UTF-8"},
    {"[task a]\nserves = 1 2 3 4 5 6 7 8\n  9 10 11 12 13 14 15 16 16 17\n", 3,
     "17: this name is one too many"},
    {"[task a]\ntransport.b = shm\n", 1, "there is no [task b]"},
    {"[task a]\ntransport.b = socket\n", 1, "there is no [task b]"},
    // A line that was meant as a key does not become part of the list above it.
    {"[task a]\nserves = x\n  vital = yes\n", 3, "value of serves, but this one looks like a key"},
    {"[task a]\nserves = x\n\n; more\n\tvital=yes\n", 5, "looks like a key"},
    {"[task a]\nargs = x\n  memory =\n", 3, "looks like a key"},
    {"[task a]\nargs = x\n  [task b]\n", 3, "looks like a section"},
    {"[suite] name = mine\n", 1, "after the section's head"},
    {"[task a] program = x\n", 1, "after the section's head"},
    {"[task a\nprogram = x\n", 1, "no ]"},
    {"[task a]\n= x\n", 2, "neither 'key = value'"},
    {"[task a]\nfiles ; = 20\n", 2, "neither 'key = value'"},
    {"[task a]\nargs = \"a ; b\"\n", 2, "begins with ' ;'"},
    {"[task a]\rprogram = x\rcolour = red\r", 3, "no key 'colour'"},
    {"[task a]\r\nprogram = x\r\ncolour = red\r\n", 3, "no key 'colour'"},
};

START_TEST(an_error_names_its_line)
{
    const struct row *row = &rows[_i];
    ck_assert(!parse(row->text));
    bool found = false;
    for (size_t i = 0; i < mf.errors.len; i++) {
        const struct diagnostic *e = &mf.errors.items[i];
        found = found || (e->line == row->line && strstr(e->text, row->error));
    }
    ck_assert_msg(found, "%s: got line %d: %s", row->text, mf.errors.items[0].line,
                  mf.errors.items[0].text);
}
END_TEST

START_TEST(all_errors_are_collected_and_printed_in_order)
{
    char *text = NULL;
    size_t size;
    ck_assert(!parse("[task a]\ncalls = nobody\ncpu = x\nfiles = x\n[what]\nx = y\n"));
    FILE *out = open_memstream(&text, &size);
    manifest_print_errors(&mf, out);
    fclose(out);
    ck_assert_str_eq(text,
                     "dir/suite.ini:1: error: task a calls nobody, and there is no [task nobody]\n"
                     "dir/suite.ini:3: error: cpu = x: must be auto, any or the number of a core\n"
                     "dir/suite.ini:4: error: files = x: must be a number from 16 to 1000000\n"
                     "dir/suite.ini:5: error: [what] is not a section: [suite] or [task NAME]\n");
    free(text);
}
END_TEST

START_TEST(each_line_has_its_error)
{
    ck_assert(!parse("what\n[task a]\nis\nprogram = x\nthis\n  = y\n"));
    static const int lines[] = {1, 3, 5, 6};
    ck_assert_uint_eq(mf.errors.len, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(mf.errors.items[i].line, lines[i]);
}
END_TEST

START_TEST(what_is_printed_has_no_control_characters)
{
    char *text = NULL;
    size_t size;
    ck_assert(!parse("[task a]\nprofile = \x1b]0;x\x07r\xc2\x9b"
                     "d \x9b \xe2\x80\xae \xc3\xa4 \xff\n"));
    FILE *out = open_memstream(&text, &size);
    manifest_print_errors(&mf, out);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "profile = ?]0;x?r??d ? ??? \xc3\xa4 \xff: must be one of"));
    free(text);
}
END_TEST

START_TEST(lines_may_be_long_and_nul_bytes_are_errors)
{
    char text[5000] = "; ";
    memset(text + 2, 'x', 1000);
    strcat(text, "\n[task a]\nfile.x = ");
    size_t len = strlen(text);
    memset(text + len, 'x', 3000);
    ck_assert(parse(text));
    ck_assert_uint_eq(strlen(manifest_find(&mf, "a")->file[0].path), strlen("dir/") + 3000);
    manifest_free(&mf);
    ck_assert(!manifest_parse(&mf, "x", "[task a]\nargs = a\0b\n", 20, &settings));
    ck_assert_int_eq(mf.errors.items[0].line, 2);
}
END_TEST

START_TEST(lines_are_read_as_people_write_them)
{
    ck_assert(parse("\xef\xbb\xbf# a comment\n  [suite]   ; another\nname: x\n"
                    "[task\ta] # a third\n  files\t=\t20\t; a fourth\n"
                    "file.x = some file\trw\nserves = 1 1\n\t1\n\n  2 ; and 3\n"
                    "args = a;b\n  --c=d 'e = f' http://g\n[task b]"));
    const struct task_spec *a = manifest_find(&mf, "a");
    ck_assert_str_eq(mf.name, "x");
    ck_assert_uint_eq(a->files, 20);
    ck_assert_str_eq(a->file[0].path, "dir/some file");
    ck_assert(a->file[0].writable);
    ck_assert_uint_eq(a->serves.len, 2);
    ck_assert_uint_eq(a->args.len, 4);
    ck_assert_str_eq(a->args.items[2], "e = f");
    ck_assert_ptr_nonnull(manifest_find(&mf, "b"));
}
END_TEST

START_TEST(settings_are_filled_in)
{
    strings_add(&settings.pairs, "a=one");
    strings_add(&settings.pairs, "empty=");
    strings_add(&settings.pairs, "a=last wins");
    static const char *const cases[][2] = {
        {"${a}", "last wins"},
        {"x${a}y${a}", "xlast wins"
                       "y"
                       "last wins"},
        {"${empty}", ""},
        {"$$a", "$a"},
        {"a$b", "a$b"},
        {"$", "$"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *error = NULL;
        char *text = settings_expand(&settings, cases[i][0], &error);
        ck_assert_ptr_null(error);
        ck_assert_str_eq(text, cases[i][1]);
        free(text);
    }
}
END_TEST

START_TEST(a_task_may_depend_on_a_setting)
{
    static const char text[] = "[task a if here]\nmount.fs = ${here}\n[task b]\ncpu = 1\n"
                               "[task c if there]\nmount.fs = ${there}\nprogram = ${what}\n";
    strings_add(&settings.pairs, "here=folder");
    ck_assert(parse(text));
    const struct task_spec *a = manifest_find(&mf, "a");
    ck_assert_ptr_nonnull(a);
    ck_assert_uint_eq(a->num_files, 1);
    ck_assert(a->file[0].is_mount);
    ck_assert_str_eq(a->file[0].name, "fs");
    ck_assert_str_eq(a->file[0].path, "folder");
    ck_assert_int_eq(manifest_find(&mf, "b")->cpu, 1);
    ck_assert_ptr_null(manifest_find(&mf, "c"));
    manifest_free(&mf);
    // Other tasks may name a task that was left out.
    ck_assert(parse("[task a if absent]\n[task b]\ncalls = a\ntransport.a = shm\n"));
    ck_assert(strings_contain(&mf.left_out, "a"));
}
END_TEST

START_TEST(two_may_talk_when_either_names_the_other)
{
    ck_assert(parse("[task a]\ncalls = b\n[task b]\n[task c]\n[task d]\ncalls = *\n"));
    struct task_spec *a = manifest_find(&mf, "a"), *b = manifest_find(&mf, "b");
    struct task_spec *c = manifest_find(&mf, "c"), *d = manifest_find(&mf, "d");
    ck_assert(manifest_may_talk(a, b) && manifest_may_talk(b, a));
    ck_assert(!manifest_may_talk(a, c) && !manifest_may_talk(b, c));
    ck_assert(manifest_may_talk(c, d) && manifest_may_talk(d, c));
    struct task_spec *added = manifest_add_program(&mf, "tools/hello");
    ck_assert_str_eq(added->name, "hello");
    ck_assert_str_eq(added->program, "dir/tools/hello");
    ck_assert(manifest_may_talk(added, c) && !added->autostart);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_manifest");
    TCase *tc = tcase_create("manifest");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, a_section_without_keys_is_a_task_with_defaults);
    tcase_add_test(tc, every_key_is_understood);
    tcase_add_loop_test(tc, an_error_names_its_line, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(tc, all_errors_are_collected_and_printed_in_order);
    tcase_add_test(tc, each_line_has_its_error);
    tcase_add_test(tc, what_is_printed_has_no_control_characters);
    tcase_add_test(tc, lines_may_be_long_and_nul_bytes_are_errors);
    tcase_add_test(tc, lines_are_read_as_people_write_them);
    tcase_add_test(tc, settings_are_filled_in);
    tcase_add_test(tc, a_task_may_depend_on_a_setting);
    tcase_add_test(tc, two_may_talk_when_either_names_the_other);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
