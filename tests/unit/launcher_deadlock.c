// Tests the search for cycles of waiting tasks.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "deadlock.h"
#include "run_tests.h"

static struct deadlock *d;
static struct waiting now[CONFIG_NUM_TASKS];
static struct waiting last_ring[CONFIG_NUM_TASKS];
static unsigned last_len, num_reports;

static void on_report(void *ctx, const struct waiting *ring, unsigned len)
{
    (void)ctx;
    num_reports++;
    last_len = len;
    memcpy(last_ring, ring, len * sizeof(*ring));
}

static void scan(void)
{
    deadlock_scan(d, now, on_report, NULL);
}

static void task_waits(task_t task, enum wait_kind kind, uint32_t episode, task_t other)
{
    now[TASK_SLOT(task)] = (struct waiting){task, wait_word(kind, episode, other)};
}

static void setup(void)
{
    d = calloc(1, sizeof(*d));
    memset(now, 0, sizeof(now));
    num_reports = last_len = 0;
}

static void teardown(void)
{
    free(d);
}

static void make_ring(unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        task_waits((task_t)(2 + i), i % 2 ? WAIT_SEND : WAIT_CALL, 7, (task_t)(2 + (i + 1) % len));
}

static const unsigned lengths[] = {2, 3, 8, 500};

START_TEST(a_ring_is_reported_once_after_two_scans)
{
    make_ring(lengths[_i]);
    scan();
    ck_assert_uint_eq(num_reports, 0);
    scan();
    ck_assert_uint_eq(num_reports, 1);
    ck_assert_uint_eq(last_len, lengths[_i]);
    for (unsigned i = 0; i < last_len; i++)
        ck_assert_int_eq(wait_word_task(last_ring[i].wait), last_ring[(i + 1) % last_len].task);
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 1);
}
END_TEST

START_TEST(another_episode_is_not_the_same_wait)
{
    for (uint32_t episode = 1; episode < 6; episode++) {
        task_waits(2, WAIT_CALL, episode, 3);
        task_waits(3, WAIT_CALL, 9, 2);
        scan();
    }
    ck_assert_uint_eq(num_reports, 0);
}
END_TEST

START_TEST(a_ring_that_forms_again_is_reported_again)
{
    make_ring(2);
    scan();
    scan();
    task_waits(2, WAIT_RUNNING, 8, 0);
    scan();
    task_waits(2, WAIT_CALL, 9, 3);
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 2);
}
END_TEST

START_TEST(a_chain_into_a_ring_is_not_part_of_it)
{
    make_ring(3);
    task_waits(20, WAIT_CALL, 1, 21);
    task_waits(21, WAIT_RECV, 1, 2);
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 1);
    ck_assert_uint_eq(last_len, 3);
}
END_TEST

START_TEST(open_receives_and_the_dead_end_a_chain)
{
    task_waits(2, WAIT_CALL, 1, 3);
    task_waits(3, WAIT_OPEN, 1, 2);
    task_waits(4, WAIT_CALL, 1, 5); // slot 5 is free
    task_waits(6, WAIT_CALL, 1, TASK_MAKE(1, 7));
    // This is another generation of slot 7 than the one that task 6 waits for.
    task_waits(7, WAIT_CALL, 1, 6);
    task_waits(8, WAIT_CALL, 1, 0);
    task_waits(9, WAIT_CALL, 1, -5);
    task_waits(10, WAIT_CALL, 1, 0x3ff);
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 0);
}
END_TEST

START_TEST(a_task_that_claims_to_wait_for_itself_is_reported_once)
{
    task_waits(2, WAIT_CALL, 1, 2);
    scan();
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 1);
    ck_assert_uint_eq(last_len, 1);
}
END_TEST

START_TEST(two_rings_are_two_reports)
{
    make_ring(2);
    task_waits(10, WAIT_SEND, 1, 11);
    task_waits(11, WAIT_RECV, 1, 10);
    scan();
    scan();
    ck_assert_uint_eq(num_reports, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launcher_deadlock");
    TCase *tc = tcase_create("deadlock");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_ring_is_reported_once_after_two_scans, 0,
                        sizeof(lengths) / sizeof(lengths[0]));
    tcase_add_test(tc, another_episode_is_not_the_same_wait);
    tcase_add_test(tc, a_ring_that_forms_again_is_reported_again);
    tcase_add_test(tc, a_chain_into_a_ring_is_not_part_of_it);
    tcase_add_test(tc, open_receives_and_the_dead_end_a_chain);
    tcase_add_test(tc, a_task_that_claims_to_wait_for_itself_is_reported_once);
    tcase_add_test(tc, two_rings_are_two_reports);
    suite_add_tcase(suite, tc);
    return run_check(suite);
}
