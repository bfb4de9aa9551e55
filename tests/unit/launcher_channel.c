// Slots, grants and queues of channels, without system calls.
#include "launcher_world.h"
#include <string.h>

START_TEST(both_sides_get_one_grant_with_the_same_number)
{
    task_t a = add_ready(), b = add_ready();
    channels_connect(c, a, b);
    channels_connect(c, b, a); // at the same time: b's grant is under way already
    channels_connect(c, a, b);
    uint32_t chan = expect_grant(a, b);
    ck_assert_uint_eq(expect_grant(b, a), chan);
    ck_assert_int_eq(world_take(a).type, 0);
    ck_assert_int_eq(world_take(b).type, 0);
}
END_TEST

START_TEST(what_cannot_be_connected_is_answered_with_an_error)
{
    task_t a = add_ready(), b = add_ready();
    forbidden[0] = a;
    forbidden[1] = b;
    static const task_t unknown[] = {
        0, -1, 7, CONFIG_NUM_TASKS, INT32_MAX, INT32_MIN, TASK_MAKE(1, 2)};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        channels_connect(c, a, unknown[i]);
        expect_answer(a, unknown[i], ERR_INVALID_TASK);
    }
    channels_connect(c, a, a);
    expect_answer(a, a, ERR_INVALID_ARG);
    channels_connect(c, a, b);
    expect_answer(a, b, ERR_NOT_PERMITTED);
    channels_connect(c, b, a);
    expect_answer(b, a, ERR_NOT_PERMITTED);
}
END_TEST

START_TEST(an_ended_channel_is_not_made_again)
{
    task_t a = add_ready(), b = add_ready();
    channels_connect(c, a, b);
    expect_grant(a, b);
    channels_connect(c, a, b); // no answer: the grant is not acknowledged yet
    ck_assert_int_eq(world_take(a).type, 0);
    ck_assert(channels_ack(c, a, b));
    channels_connect(c, a, b);
    expect_answer(a, b, ERR_ABORTED);
}
END_TEST

START_TEST(one_unacknowledged_grant_a_task)
{
    task_t a = add_ready(), b = add_ready(), d = add_ready();
    channels_connect(c, a, b);
    channels_connect(c, a, d);
    expect_grant(a, b);
    ck_assert_ptr_null(channels_next(c, a));
    channels_answer(c, a, CTL_DESTROY, 0, OK); // the answer stays behind the waiting grant
    ck_assert_ptr_null(channels_next(c, a));
    ck_assert(channels_ack(c, a, b));
    expect_grant(a, d);
    ck_assert_int_eq(world_take(a).type, CTL_ANSWER);
}
END_TEST

START_TEST(a_wrong_acknowledgement_is_a_violation)
{
    task_t a = add_ready(), b = add_ready();
    ck_assert(!channels_ack(c, a, b));
    ck_assert(!channels_ack(c, a, 0));
    channels_connect(c, a, b);
    ck_assert(!channels_ack(c, a, b)); // the grant is queued, not sent
    expect_grant(a, b);
    ck_assert(!channels_ack(c, a, a));
    ck_assert(channels_ack(c, a, b));
    ck_assert(!channels_ack(c, a, b)); // a second acknowledgement
}
END_TEST

START_TEST(a_grant_waits_until_the_peer_is_under_its_filters)
{
    task_t a = add_ready(), b = add_starting();
    channels_connect(c, a, b);
    ck_assert_int_eq(world_take(a).type, 0);
    channels_ready(c, b);
    expect_grant(a, b);
    expect_grant(b, a);
}
END_TEST

// Otherwise a peer could send a payload to a task that vm does not know yet, and vm would refuse
// it.
START_TEST(a_grant_waits_until_vm_knows_both)
{
    task_t a = channels_add(c), b = channels_add(c), d = add_ready();
    channels_ready(c, a);
    channels_ready(c, b);
    channels_connect(c, a, b);
    channels_connect(c, b, a);
    channels_connect(c, d, a);
    vm_takes(a);
    ck_assert_int_eq(world_take(b).type, 0);
    expect_grant(d, a);
    expect_grant(a, d);
    ck_assert(channels_ack(c, a, d));
    vm_takes(b);
    expect_grant(a, b);
    expect_grant(b, a);
    ck_assert_int_eq(world_take(b).type, 0);
}
END_TEST

START_TEST(asking_for_one_that_dies_while_it_starts_is_aborted)
{
    task_t a = add_ready(), b = channels_add(c);
    channels_connect(c, a, b);
    world_end(b);
    expect_answer(a, b, ERR_ABORTED);
    channels_connect(c, a, b);
    expect_answer(a, b, ERR_INVALID_TASK);
}
END_TEST

START_TEST(the_grant_of_a_peer_that_died_is_still_delivered)
{
    task_t a = add_ready(), b = add_ready();
    channels_connect(c, a, b);
    world_end(b);
    channels_free(c, b);
    expect_grant(a, b); // a finds that the channel has ended
    ck_assert(channels_ack(c, a, b));
    ck_assert_int_eq(world_take(b).type, 0);
}
END_TEST

START_TEST(a_task_that_ended_is_marked_then_closed_and_then_its_waiters_are_woken)
{
    task_t a = add_ready(), b = add_ready();
    channels_connect(c, a, b);
    world_end(b); // a grant with two descriptors is in b's queue
    ck_assert_str_eq(end_order, "mark close close wake ");
    expect_grant(a, b);
}
END_TEST

START_TEST(vm_is_told_of_an_end_behind_what_it_was_told_before)
{
    task_t a = add_ready();
    struct packet first = {.type = 1}, packet = {.type = 2};
    channels_push(c, VM_TASK, &first, NULL, 0);
    channels_ended(c, a, &packet);
    ck_assert_int_eq(world_take(VM_TASK).type, 1);
    ck_assert_int_eq(world_take(VM_TASK).type, 2);
}
END_TEST

START_TEST(a_reused_slot_is_another_task)
{
    task_t a = add_ready(), b = add_ready();
    channels_connect(c, a, b);
    expect_grant(a, b);
    world_end(b);
    channels_free(c, b);
    task_t again = 0;
    for (int i = 0; i < CONFIG_NUM_TASKS && TASK_SLOT(again) != TASK_SLOT(b); i++) {
        again = add_ready();
        if (TASK_SLOT(again) != TASK_SLOT(b)) {
            world_end(again);
            channels_free(c, again);
        }
    }
    ck_assert_int_ne(again, b);
    ck_assert_int_eq(TASK_GEN(again), TASK_GEN(b) + 1);
    // A late acknowledgement of the old task does not count for the new one.
    ck_assert(channels_ack(c, a, b));
    channels_connect(c, a, b);
    expect_answer(a, b, ERR_INVALID_TASK);
    channels_connect(c, a, again);
    expect_grant(a, again);
}
END_TEST

START_TEST(slots_run_out_and_come_back)
{
    task_t last = 0;
    for (int i = 2; i < CONFIG_NUM_TASKS; i++) {
        last = channels_add(c);
        ck_assert_int_gt(last, 0);
    }
    ck_assert_int_eq(channels_add(c), ERR_NO_MEMORY);
    world_end(last);
    // The slot is not free before its task is reaped.
    ck_assert_int_eq(channels_add(c), ERR_NO_MEMORY);
    channels_free(c, last);
    ck_assert_int_eq(TASK_SLOT(channels_add(c)), TASK_SLOT(last));
}
END_TEST

// `_i` is 1 with shared memory.
START_TEST(running_out_of_descriptors_leaks_none)
{
    task_t a = add_ready(), b = add_ready();
    world_ring_size = _i ? 65536 : 0;
    int needed = _i ? 8 : 4;
    for (int left = 0; left < needed; left++) {
        fds_left = left;
        channels_connect(c, a, b);
        expect_answer(a, b, ERR_NO_MEMORY);
        ck_assert_int_eq(num_open, 0);
    }
    fds_left = needed;
    channels_connect(c, a, b);
    expect_grant(a, b);
}
END_TEST

START_TEST(each_has_its_own_region_to_write_and_the_others_to_read)
{
    task_t a = add_ready(), b = add_ready();
    world_ring_size = 65536;
    channels_connect(c, a, b);
    const struct outgoing *to_a = channels_next(c, a), *to_b = channels_next(c, b);
    ck_assert_uint_eq(to_a->num_fds, 4);
    ck_assert_uint_eq(to_b->num_fds, 4);
    ck_assert_uint_eq(to_a->packet.grant.ring_size, world_ring_size);
    ck_assert_uint_eq(to_b->packet.grant.ring_size, world_ring_size);
    // env_make_region() gives the read-only descriptor the number after the writable one's.
    ck_assert_int_eq(to_b->fds[3], to_a->fds[2] + 1);
    ck_assert_int_eq(to_a->fds[3], to_b->fds[2] + 1);
}
END_TEST

START_TEST(vm_gets_its_end_by_grant)
{
    task_t a = channels_add(c);
    num_open += 2; // the end and the memory that are handed over
    ck_assert(channels_grant_vm(c, a, channels_number(c), 7, 8));
    expect_grant(VM_TASK, a);
    channels_ready(c, a);
    channels_connect(c, a, VM_TASK); // every task has a channel to vm from its start
    expect_answer(a, VM_TASK, ERR_ABORTED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_channel");
    TCase *tc = tcase_create("channel");
    tcase_add_checked_fixture(tc, world_setup, world_teardown);
    tcase_add_test(tc, both_sides_get_one_grant_with_the_same_number);
    tcase_add_test(tc, what_cannot_be_connected_is_answered_with_an_error);
    tcase_add_test(tc, an_ended_channel_is_not_made_again);
    tcase_add_test(tc, one_unacknowledged_grant_a_task);
    tcase_add_test(tc, a_wrong_acknowledgement_is_a_violation);
    tcase_add_test(tc, a_grant_waits_until_the_peer_is_under_its_filters);
    tcase_add_test(tc, a_grant_waits_until_vm_knows_both);
    tcase_add_test(tc, asking_for_one_that_dies_while_it_starts_is_aborted);
    tcase_add_test(tc, the_grant_of_a_peer_that_died_is_still_delivered);
    tcase_add_test(tc, a_task_that_ended_is_marked_then_closed_and_then_its_waiters_are_woken);
    tcase_add_test(tc, vm_is_told_of_an_end_behind_what_it_was_told_before);
    tcase_add_test(tc, a_reused_slot_is_another_task);
    tcase_add_test(tc, slots_run_out_and_come_back);
    tcase_add_loop_test(tc, running_out_of_descriptors_leaks_none, 0, 2);
    tcase_add_test(tc, each_has_its_own_region_to_write_and_the_others_to_read);
    tcase_add_test(tc, vm_gets_its_end_by_grant);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
