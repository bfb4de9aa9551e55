// Tests copies from another process by one and by two threads, with any page of its memory missing.

#include <check.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "copier.h"
#include "run_tests.h"

#define PAGE  ((size_t)4096)
#define PIECE ((size_t)128 << 10)
#define LEN   (8 * PIECE)

static uint8_t *source; // at the same address in both processes
static uint8_t copied[LEN], expected[LEN];
static pid_t other;
static int first_core;

static void setup(void)
{
    cpu_set_t set;
    ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
    while (!CPU_ISSET(first_core, &set))
        first_core++;
    source = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(source != MAP_FAILED);
    for (size_t i = 0; i < LEN; i++)
        source[i] = expected[i] = (uint8_t)(i * 7 + i / 251);
}

// Starts the other process, in which one page is missing. -1: no page is missing.
static void start(int hole)
{
    other = fork();
    ck_assert_int_ge(other, 0);
    if (other == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (hole >= 0)
            munmap(source + (size_t)hole * PAGE, PAGE);
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(other, &status, WUNTRACED), other);
}

static void stop(void)
{
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}

// Copies as vm does: piece by piece, until one is not complete. Returns the number of bytes copied.
static size_t copy_all(size_t offset)
{
    memset(copied, 0xee, sizeof(copied));
    size_t done = 0;
    while (done < LEN - offset) {
        size_t want = LEN - offset - done < PIECE ? LEN - offset - done : PIECE;
        size_t got = copier_copy(process_vm_readv, other, (vaddr_t)(source + offset + done),
                                 copied + done, want);
        done += got;
        if (got < want)
            break;
    }
    ck_assert(memcmp(copied, expected + offset, done) == 0);
    for (size_t i = LEN - offset; i < LEN; i++)
        ck_assert_uint_eq(copied[i], 0xee);
    return done;
}

START_TEST(all_arrives)
{
    if (_i)
        copier_start(first_core);
    start(-1);
    for (int round = 0; round < 50; round++) {
        ck_assert_uint_eq(copy_all(0), LEN);
        ck_assert_uint_eq(copy_all(17), LEN - 17);
    }
    stop();
}
END_TEST

// Only bytes before the hole count, even if later bytes were copied first.
START_TEST(a_hole_ends_it)
{
    if (_i)
        copier_start(first_core);
    for (int hole = 0; hole < (int)(LEN / PAGE); hole += 5) {
        start(hole);
        ck_assert_uint_eq(copy_all(0), (size_t)hole * PAGE);
        ck_assert_int_eq(errno, EFAULT);
        stop();
    }
}
END_TEST

START_TEST(a_process_that_ended_gives_nothing)
{
    copier_start(first_core);
    start(-1);
    ck_assert_uint_eq(copy_all(0), LEN);
    stop();
    ck_assert_uint_eq(copy_all(0), 0);
    ck_assert_int_eq(errno, ESRCH);
}
END_TEST

// The caller of copier_start() stays on its core; only the second thread runs elsewhere.
START_TEST(the_caller_stays_on_its_core)
{
    cpu_set_t set;
    copier_start(first_core);
    ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
    ck_assert_int_eq(CPU_COUNT(&set), 1);
    ck_assert(CPU_ISSET(first_core, &set));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vm_copier");
    TCase *tc = tcase_create("copier");
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_loop_test(tc, all_arrives, 0, 2);
    tcase_add_loop_test(tc, a_hole_ends_it, 0, 2);
    tcase_add_test(tc, a_process_that_ended_gives_nothing);
    tcase_add_test(tc, the_caller_stays_on_its_core);
    suite_add_tcase(s, tc);
    return run_check(s);
}
