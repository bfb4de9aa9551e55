// Tests the table of system calls: how many each role has, and which no role may ever have.
#include <check.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include "profiles.h"
#include "run_tests.h"

static bool allows(unsigned sets, int nr)
{
    for (size_t i = 0; i < profile_num_rules; i++) {
        if ((profile_rules[i].sets & sets) && profile_rules[i].nr == nr)
            return true;
    }
    return false;
}

START_TEST(counts_are_of_different_calls)
{
    ck_assert_uint_eq(profile_count_calls(0), 0);
    ck_assert_uint_eq(profile_count_calls(SET_RANDOM), 1);
    // The table has several rows each for futex, write and mmap.
    unsigned rows = 0;
    for (size_t i = 0; i < profile_num_rules; i++)
        rows += (profile_rules[i].sets & SET_PLAIN) != 0;
    ck_assert_uint_lt(profile_count_calls(SET_PLAIN), rows);
}
END_TEST

START_TEST(no_role_has_more_calls_than_its_most)
{
    for (size_t i = 0; i < num_profiles; i++) {
        const struct profile *profile = &profiles[i];
        ck_assert_msg(profile_count_calls(profile->sets) <= profile->max_calls,
                      "%s has %u calls, more than %u", profile->name,
                      profile_count_calls(profile->sets), profile->max_calls);
    }
    ck_assert_uint_le(profile_count_calls(SET_LOADER), PROFILE_MAX_START);
}
END_TEST

START_TEST(a_plain_task_has_fewer_than_twenty_calls)
{
    ck_assert_uint_lt(profile_count_calls(SET_PLAIN), 20);
    ck_assert_str_eq(profiles[0].name, "plain");
    ck_assert_uint_lt(profiles[0].max_calls, 20);
}
END_TEST

START_TEST(no_role_has_a_way_out)
{
    static const int never[] = {
        SCMP_SYS(clone),       SCMP_SYS(clone3),         SCMP_SYS(fork),        SCMP_SYS(vfork),
        SCMP_SYS(execve),      SCMP_SYS(ptrace),         SCMP_SYS(userfaultfd), SCMP_SYS(kill),
        SCMP_SYS(tgkill),      SCMP_SYS(io_uring_setup), SCMP_SYS(open),        SCMP_SYS(openat),
        SCMP_SYS(mprotect),    SCMP_SYS(memfd_create),   SCMP_SYS(bpf),         SCMP_SYS(setns),
        SCMP_SYS(unshare),     SCMP_SYS(prctl),          SCMP_SYS(seccomp),     SCMP_SYS(mount),
        SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_open),
    };
    for (size_t i = 0; i < num_profiles; i++) {
        for (size_t n = 0; n < sizeof(never) / sizeof(never[0]); n++)
            ck_assert_msg(!allows(profiles[i].sets, never[n]), "%s has call %d", profiles[i].name,
                          never[n]);
        if (!(profiles[i].sets & SET_SLIRP))
            ck_assert(!allows(profiles[i].sets, SCMP_SYS(socket)) &&
                      !allows(profiles[i].sets, SCMP_SYS(connect)));
        if (!(profiles[i].sets & SET_VM))
            ck_assert(!allows(profiles[i].sets, SCMP_SYS(process_vm_readv)) &&
                      !allows(profiles[i].sets, SCMP_SYS(process_vm_writev)));
    }
}
END_TEST

START_TEST(each_rule_says_what_it_is_for)
{
    ck_assert_ptr_nonnull(profile_rules[0].purpose);
    for (size_t i = 0; i < profile_num_rules; i++)
        ck_assert(!profile_rules[i].sets == !!profile_rules[i].purpose);
}
END_TEST

RUN_TESTS("profiles", counts_are_of_different_calls, no_role_has_more_calls_than_its_most,
          a_plain_task_has_fewer_than_twenty_calls, no_role_has_a_way_out,
          each_rule_says_what_it_is_for)
