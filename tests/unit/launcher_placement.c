// Tests which cores groups of tasks get.
#include <check.h>
#include <stdio.h>
#include <string.h>
#include "placement.h"
#include "suite_file.h"
#include "run_tests.h"

static struct manifest mf;
static bool shm_works;
static const int cpus[] = {5, 7, 9};

static void place(const char *text, const char *main_name, unsigned num_cpus)
{
    struct settings none = {0};
    ck_assert(manifest_parse(&mf, "suite.ini", text, strlen(text), &none));
    mf.shm_works = shm_works;
    struct task_spec *spec = main_name ? manifest_find(&mf, main_name) : NULL;
    placement_choose(&mf, spec ? spec->name : NULL, cpus, num_cpus);
}

static int core_of(const char *name)
{
    return manifest_find(&mf, name)->core;
}

static void teardown(void)
{
    manifest_free(&mf);
}

START_TEST(those_who_talk_share_a_core)
{
    place("[task a]\ncalls = b\n[task b]\ncalls = c\n[task c]\n", NULL, 3);
    ck_assert_int_eq(core_of("a"), 5);
    ck_assert_int_eq(core_of("b"), 5);
    ck_assert_int_eq(core_of("c"), 5);
}
END_TEST

START_TEST(pairs_take_the_cores_in_turn)
{
    place("[task a]\ncalls = b\n[task b]\n[task c]\n[task d]\ncalls = c\n[task e]\ncalls = f\n"
          "[task f]\n",
          NULL, 2);
    ck_assert_int_eq(core_of("a"), 5);
    ck_assert_int_eq(core_of("b"), 5);
    ck_assert_int_eq(core_of("c"), 7);
    ck_assert_int_eq(core_of("d"), 7);
    ck_assert_int_eq(core_of("e"), 5);
    ck_assert_int_eq(core_of("f"), 5);
}
END_TEST

START_TEST(what_stands_alone_is_placed_with_vm)
{
    place("[task alone]\n[task a]\ncalls = b\n[task b]\n[task c]\ncalls = d\n[task d]\n", NULL, 3);
    ck_assert_int_eq(core_of("alone"), 5);
    ck_assert_int_eq(core_of("a"), 5);
    ck_assert_int_eq(core_of("c"), 7);
}
END_TEST

START_TEST(a_task_that_is_not_started_joins_nobody)
{
    place("[task a]\ncalls = b\n[task b]\n[task c]\ncalls = d\n[task d]\n"
          "[task later]\ncalls = *\nautostart = no\n",
          NULL, 2);
    ck_assert_int_eq(core_of("later"), 5);
    ck_assert_int_eq(core_of("c"), 7);
}
END_TEST

START_TEST(the_main_task_joins_those_it_calls)
{
    place("[task a]\ncalls = b\n[task b]\n[task c]\ncalls = d\n[task d]\n"
          "[task tool]\ncalls = *\nautostart = no\n",
          "tool", 2);
    ck_assert_int_eq(core_of("tool"), 5);
    ck_assert_int_eq(core_of("d"), 5);
}
END_TEST

START_TEST(those_who_talk_through_memory_are_left_to_the_kernel)
{
    shm_works = true;
    place("[task a]\ncalls = b\n[task b]\n[task alone]\n[task c]\ncalls = d\n[task d]\n", NULL, 3);
    ck_assert_int_eq(core_of("a"), CORE_ANY);
    ck_assert_int_eq(core_of("b"), CORE_ANY);
    ck_assert_int_eq(core_of("c"), CORE_ANY);
    ck_assert_int_eq(core_of("alone"), 5);
}
END_TEST

START_TEST(a_mount_keeps_its_group_on_one_core)
{
    shm_works = true;
    place("[task a]\ncalls = b\n[task b]\n[task c]\ncalls = d\nmount.fs = folder\n[task d]\n"
          "calls = e\n[task e]\n",
          NULL, 3);
    ck_assert_int_eq(core_of("a"), CORE_ANY);
    ck_assert_int_eq(core_of("c"), 5);
    ck_assert_int_eq(core_of("d"), 5);
    ck_assert_int_eq(core_of("e"), 5);
}
END_TEST

START_TEST(one_socket_keeps_its_group_on_one_core)
{
    shm_works = true;
    place("[task a]\ncalls = b\n[task b]\n[task c]\ncalls = d\n[task d]\ntransport = socket\n"
          "[task e]\ncalls = c\n",
          NULL, 3);
    ck_assert_int_eq(core_of("a"), CORE_ANY);
    ck_assert_int_eq(core_of("c"), 5);
    ck_assert_int_eq(core_of("d"), 5);
    ck_assert_int_eq(core_of("e"), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_placement");
    TCase *tcase = tcase_create("groups");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, those_who_talk_share_a_core);
    tcase_add_test(tcase, pairs_take_the_cores_in_turn);
    tcase_add_test(tcase, what_stands_alone_is_placed_with_vm);
    tcase_add_test(tcase, a_task_that_is_not_started_joins_nobody);
    tcase_add_test(tcase, the_main_task_joins_those_it_calls);
    tcase_add_test(tcase, those_who_talk_through_memory_are_left_to_the_kernel);
    tcase_add_test(tcase, a_mount_keeps_its_group_on_one_core);
    tcase_add_test(tcase, one_socket_keeps_its_group_on_one_core);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
