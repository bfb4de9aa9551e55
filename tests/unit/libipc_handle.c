// Tests <resea/handle.h>: handles are small numbers, and each owner has its own.

#include <resea/handle.h>
#include "run_tests.h"

START_TEST(handles_start_at_1_for_each_owner)
{
    ck_assert_int_eq(handle_alloc(7), 1);
    ck_assert_int_eq(handle_alloc(7), 2);
    ck_assert_int_eq(handle_alloc(9), 1);
    ck_assert_int_eq(handle_alloc(7), 3);
    ck_assert_ptr_null(handle_get(7, 1));
}
END_TEST

START_TEST(handles_are_private_to_their_owner)
{
    int a, b;
    handle_set(7, handle_alloc(7), &a);
    handle_set(9, handle_alloc(9), &b);
    ck_assert_ptr_eq(handle_get(7, 1), &a);
    ck_assert_ptr_eq(handle_get(9, 1), &b);
    ck_assert_ptr_null(handle_get(8, 1));
    handle_free(9, 1);
    ck_assert_ptr_eq(handle_get(7, 1), &a);
    ck_assert_ptr_null(handle_get(9, 1));
}
END_TEST

START_TEST(handle_of_no_such_number_is_nothing)
{
    static const handle_t numbers[] = {0, -1, 2, 100, INT32_MAX, INT32_MIN};
    int data;
    handle_set(7, handle_alloc(7), &data);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ck_assert_ptr_null(handle_get(7, numbers[i]));
        handle_set(7, numbers[i], &data); // does nothing
        ck_assert_ptr_null(handle_get(7, numbers[i]));
        handle_free(7, numbers[i]);
    }
    ck_assert_ptr_eq(handle_get(7, 1), &data);
    handle_free(7, 1);
    handle_free(7, 1);
    handle_free(1000, 1);
    handle_free_all(1000, NULL);
}
END_TEST

START_TEST(the_lowest_free_handle_is_next_and_has_no_data)
{
    int data;
    for (int i = 1; i <= 100; i++) {
        ck_assert_int_eq(handle_alloc(7), i);
        handle_set(7, i, &data);
    }
    handle_free(7, 50);
    handle_free(7, 3);
    ck_assert_int_eq(handle_alloc(7), 3);
    ck_assert_ptr_null(handle_get(7, 3));
    ck_assert_int_eq(handle_alloc(7), 50);
    ck_assert_int_eq(handle_alloc(7), 101);
}
END_TEST

static int freed;

static void count_freed(void *data)
{
    freed += *(int *)data;
}

START_TEST(free_all_frees_each_once_and_leaves_the_others)
{
    static int values[50];
    for (int i = 0; i < 50; i++) {
        values[i] = 1 << (i % 5);
        handle_t handle = handle_alloc(i % 2 ? 7 : 9);
        handle_set(i % 2 ? 7 : 9, handle, &values[i]);
    }
    handle_free(7, 1);
    freed = 0;
    handle_free_all(7, count_freed);
    int expected = 0;
    for (int i = 3; i < 50; i += 2)
        expected += values[i];
    ck_assert_int_eq(freed, expected);
    ck_assert_ptr_null(handle_get(7, 2));
    ck_assert_ptr_eq(handle_get(9, 1), &values[0]);
    ck_assert_int_eq(handle_alloc(7), 1);
    handle_free_all(9, NULL);
    ck_assert_ptr_null(handle_get(9, 1));
}
END_TEST

START_TEST(handles_are_bounded)
{
    handle_t last = 0;
    for (int i = 1; i <= 65536; i++)
        last = handle_alloc(7);
    ck_assert_int_eq(last, 65536);
    ck_assert_int_eq(handle_alloc(7), ERR_NO_MEMORY);
    handle_free(7, 12345);
    ck_assert_int_eq(handle_alloc(7), 12345);
    ck_assert_int_eq(handle_alloc(7), ERR_NO_MEMORY);
}
END_TEST

RUN_TESTS("handle", handles_start_at_1_for_each_owner, handles_are_private_to_their_owner,
          handle_of_no_such_number_is_nothing, the_lowest_free_handle_is_next_and_has_no_data,
          free_all_frees_each_once_and_leaves_the_others, handles_are_bounded)
