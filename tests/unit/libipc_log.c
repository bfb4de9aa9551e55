// Tests oolong/log_limit.h: how many lines of one kind are written.

#include <oolong/log_limit.h>
#include "run_tests.h"

#define SECOND 1000000000u

static unsigned count_passed(struct log_limit *limit, uint64_t key, unsigned tries, uint64_t now)
{
    unsigned passed = 0;
    for (unsigned i = 0; i < tries; i++)
        passed += log_limit_pass(limit, key, now);
    return passed;
}

START_TEST(twenty_at_once_and_one_a_second)
{
    struct log_limit limit = {0};
    uint64_t key = log_key("text", false);
    ck_assert_uint_eq(count_passed(&limit, key, 1000, 5), 20);
    ck_assert_uint_eq(count_passed(&limit, key, 1000, 5 + SECOND - 1), 0);
    ck_assert_uint_eq(count_passed(&limit, key, 1000, 5 + SECOND), 1);
    ck_assert_uint_eq(count_passed(&limit, key, 1000, 5 + 4 * (uint64_t)SECOND), 3);
    ck_assert_uint_eq(count_passed(&limit, key, 1000, 1000 * (uint64_t)SECOND), 20);
}
END_TEST

START_TEST(each_kind_has_a_limit_of_its_own)
{
    struct log_limit limit = {0};
    for (uint64_t key = 1; key <= LOG_KINDS; key++)
        ck_assert_uint_eq(count_passed(&limit, key, 21, 7), 20);
    for (uint64_t key = 1; key <= LOG_KINDS; key++)
        ck_assert_uint_eq(count_passed(&limit, key, 1, 7), 0);
}
END_TEST

START_TEST(of_too_many_kinds_the_one_longest_ago_is_forgotten)
{
    struct log_limit limit = {0};
    for (uint64_t key = 1; key <= LOG_KINDS; key++)
        count_passed(&limit, key, 20, key);
    ck_assert_uint_eq(count_passed(&limit, LOG_KINDS + 1, 21, 50), 20);
    ck_assert_uint_eq(count_passed(&limit, 2, 1, 50), 0);
    ck_assert_uint_eq(count_passed(&limit, 1, 1, 50), 1);
}
END_TEST

START_TEST(keys_tell_texts_apart)
{
    ck_assert_uint_ne(log_key("a 1", false), log_key("a 2", false));
    ck_assert_uint_eq(log_key("a 1 b", true), log_key("a 23 b", true));
    ck_assert_uint_ne(log_key("a 1 b", true), log_key("a 1 c", true));
    ck_assert_uint_ne(log_key("", true), 0);
}
END_TEST

RUN_TESTS("log", twenty_at_once_and_one_a_second, each_kind_has_a_limit_of_its_own,
          of_too_many_kinds_the_one_longest_ago_is_forgotten, keys_tell_texts_apart)
