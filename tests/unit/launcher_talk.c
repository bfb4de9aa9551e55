// The table by which vm knows who was granted a channel.
#include "launcher_world.h"

static bool may_talk(task_t a, task_t b)
{
    bool allowed = talk_is_allowed(&table, a, b);
    ck_assert_int_eq(talk_is_allowed(&table, b, a), allowed);
    return allowed;
}

static unsigned count_pairs(void)
{
    unsigned count = 0;
    for (int a = 0; a < CONFIG_NUM_TASKS; a++) {
        for (int b = 0; b < CONFIG_NUM_TASKS; b++)
            count += talk_is_allowed(&table, a, b);
    }
    return count / 2;
}

START_TEST(the_table_says_who_was_granted_a_channel)
{
    task_t a = add_ready(), b = add_ready(), d = add_starting();
    forbidden[0] = a;
    forbidden[1] = b;
    channels_connect(c, a, b);
    channels_connect(c, a, d); // d has not installed its filters yet
    ck_assert_uint_eq(count_pairs(), 0);
    fds_left = 3;
    channels_ready(c, d); // too few descriptors for the channel
    ck_assert_uint_eq(count_pairs(), 0);
    fds_left = 100;
    channels_connect(c, a, d);
    ck_assert(may_talk(a, d)); // the pair may talk even while the grants are queued
    forbidden[0] = -1;
    channels_connect(c, b, a);
    ck_assert(may_talk(a, b));
    ck_assert(!may_talk(b, d));
    ck_assert_uint_eq(count_pairs(), 2);
}
END_TEST

START_TEST(the_table_forgets_a_task_with_its_slot)
{
    task_t first = add_ready(), a = first, b = 0;
    for (int i = 3; i < CONFIG_NUM_TASKS; i++) { // the slots use every word of a row
        b = add_ready();
        channels_connect(c, b, a);
        ck_assert(may_talk(a, b));
        a = b;
    }
    ck_assert_uint_eq(count_pairs(), CONFIG_NUM_TASKS - 3);
    world_end(first);
    ck_assert_uint_eq(count_pairs(), CONFIG_NUM_TASKS - 3); // vm may still know the task
    channels_free(c, first);
    ck_assert_uint_eq(count_pairs(), CONFIG_NUM_TASKS - 4);
    world_end(b);
    channels_free(c, b);
    ck_assert_uint_eq(count_pairs(), CONFIG_NUM_TASKS - 5);
    channels_free(c, first); // does nothing the second time
    task_t next = add_ready();
    for (int slot = 0; slot < CONFIG_NUM_TASKS; slot++)
        ck_assert(!may_talk(next, slot));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_talk");
    TCase *tc = tcase_create("talk");
    tcase_add_checked_fixture(tc, world_setup, world_teardown);
    tcase_add_test(tc, the_table_says_who_was_granted_a_channel);
    tcase_add_test(tc, the_table_forgets_a_task_with_its_slot);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
