// Tests <list.h>: order, removal in any state, and loops that remove elements.

#include <list.h>
#include "run_tests.h"

struct item {
    int number;
    list_elem_t elem;
};

static list_t list;
static struct item items[10];

static void fill(int n)
{
    list_init(&list);
    for (int i = 0; i < n; i++) {
        items[i].number = i;
        list_push_back(&list, &items[i].elem);
    }
}

START_TEST(list_keeps_the_order)
{
    fill(10);
    ck_assert_uint_eq(list_len(&list), 10);
    ck_assert(!list_is_empty(&list));
    for (int i = 0; i < 10; i++) {
        struct item *item = LIST_POP_FRONT(&list, struct item, elem);
        ck_assert_ptr_eq(item, &items[i]);
        ck_assert_uint_eq(list_len(&list), 9 - (unsigned)i);
        ck_assert(!list_contains(&list, &items[i].elem));
    }
    ck_assert(list_is_empty(&list));
    ck_assert_ptr_null(LIST_POP_FRONT(&list, struct item, elem));
    ck_assert_ptr_null(list_pop_front(&list));
}
END_TEST

START_TEST(list_removes_first_middle_and_last)
{
    fill(5);
    list_remove(&items[2].elem);
    list_remove(&items[0].elem);
    list_remove(&items[4].elem);
    ck_assert_uint_eq(list_len(&list), 2);
    ck_assert(list_contains(&list, &items[1].elem));
    ck_assert(!list_contains(&list, &items[2].elem));
    ck_assert_ptr_eq(list_pop_front(&list), &items[1].elem);
    ck_assert_ptr_eq(list_pop_front(&list), &items[3].elem);
}
END_TEST

START_TEST(list_remove_of_what_is_in_no_list_does_nothing)
{
    fill(2);
    struct item loose;
    list_nullify(&loose.elem);
    list_remove(&loose.elem);
    list_remove(&items[0].elem);
    list_remove(&items[0].elem);
    list_init(&loose.elem); // the element is its own neighbour
    list_remove(&loose.elem);
    ck_assert_uint_eq(list_len(&list), 1);
    list_push_back(&list, &items[0].elem); // a removed element can be added again
    ck_assert_uint_eq(list_len(&list), 2);
}
END_TEST

START_TEST(list_for_each_allows_removal_of_the_current_element)
{
    fill(10);
    int expected = 0;
    LIST_FOR_EACH (item, &list, struct item, elem) {
        ck_assert_int_eq(item->number, expected++);
        if (item->number % 3 == 0)
            list_remove(&item->elem);
    }
    ck_assert_int_eq(expected, 10);
    ck_assert_uint_eq(list_len(&list), 6);
    LIST_FOR_EACH (item, &list, struct item, elem) {
        ck_assert_int_ne(item->number % 3, 0);
        list_remove(&item->elem);
    }
    ck_assert(list_is_empty(&list));
    LIST_FOR_EACH (item, &list, struct item, elem)
        ck_abort_msg("an empty list has an element");
}
END_TEST

START_TEST(list_container_finds_the_whole)
{
    struct item item;
    ck_assert_ptr_eq(LIST_CONTAINER(&item.elem, struct item, elem), &item);
}
END_TEST

RUN_TESTS("list", list_keeps_the_order, list_removes_first_middle_and_last,
          list_remove_of_what_is_in_no_list_does_nothing,
          list_for_each_allows_removal_of_the_current_element, list_container_finds_the_whole)
