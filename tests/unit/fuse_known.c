// Tests the table of nodes that the kernel knows, and the handles that are kept for them.
#include "known.h"
#include "run_tests.h"
#include <check.h>
#include <stdlib.h>

#define MANY 5000u

START_TEST(a_handle_comes_back_when_all_is_forgotten)
{
    ck_assert(known_add(7) && known_add(7) && known_add(8));
    ck_assert(known_keep(7, 3));
    ck_assert_int_eq(known_forget(7, 1), 0);
    ck_assert_int_eq(known_forget(8, 1), 0);
    ck_assert_int_eq(known_forget(7, 1), 3);
    ck_assert_int_eq(known_forget(7, 1), 0);
}
END_TEST

START_TEST(nothing_is_kept_of_what_the_kernel_does_not_know)
{
    ck_assert(!known_keep(7, 3));
    ck_assert(known_add(7));
    ck_assert(known_keep(7, 3));
    ck_assert(!known_keep(7, 4));
    ck_assert_int_eq(known_forget(7, UINT64_MAX), 3);
    ck_assert(!known_keep(7, 3));
    ck_assert_int_eq(known_forget(9, 1), 0);
}
END_TEST

START_TEST(many_nodes_keep_their_handles)
{
    for (uint64_t i = 1; i <= MANY; i++)
        ck_assert(known_add(i << 32 | 12) && known_keep(i << 32 | 12, (handle_t)i));
    for (uint64_t i = 1; i <= MANY; i++)
        ck_assert_int_eq(known_forget(i << 32 | 12, 1), (handle_t)i);
    for (uint64_t i = 1; i <= MANY; i++)
        ck_assert(!known_keep(i << 32 | 12, 1));
}
END_TEST

START_TEST(what_is_bare_is_so_for_a_time)
{
    known_set_bare(7, 100); // the kernel does not know node 7
    ck_assert(!known_is_bare(7, 0));
    ck_assert(known_add(7) && !known_is_bare(7, 0));
    known_set_bare(7, 100);
    ck_assert(known_is_bare(7, 99) && !known_is_bare(7, 100) && !known_is_bare(8, 0));
    known_set_bare(7, 0);
    ck_assert(!known_is_bare(7, 0));
    known_set_bare(7, 100);
    ck_assert_int_eq(known_forget(7, 1), 0);
    ck_assert(known_add(7) && !known_is_bare(7, 0));
}
END_TEST

START_TEST(what_is_kept_has_no_name)
{
    ck_assert(!known_is_kept(7));
    ck_assert(known_add(7) && !known_is_kept(7));
    ck_assert(known_keep(7, 3) && known_is_kept(7) && !known_is_kept(8));
}
END_TEST

RUN_TESTS("fuse_known", a_handle_comes_back_when_all_is_forgotten,
          nothing_is_kept_of_what_the_kernel_does_not_know, many_nodes_keep_their_handles,
          what_is_bare_is_so_for_a_time, what_is_kept_has_no_name)
