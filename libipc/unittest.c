// Owns the tests of a program, and the main() of one that has none in C: of one in C++, or with
// nothing but tests.

#include <oolong/unittest.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <resea/printf.h>
#include "entry.h"

static struct unittest *first, **last = &first;
static unsigned num_failures; // in all
static bool status_is_set;

void unittest_add(struct unittest *test)
{
    *last = test;
    last = &test->next;
}

// However the program ends after a failure, it has not succeeded.
static void end_badly(void)
{
    fflush(stdout);
    _exit(EXIT_FAILURE);
}

static void note_failure(void)
{
    num_failures++;
    if (!status_is_set && atexit(end_badly) == 0)
        status_is_set = true;
}

void unittest_fail(const char *file, unsigned line, const char *what)
{
    note_failure();
    WARN("%s:%u: failed: %s", file, line, what);
}

void unittest_expect_fail(const char *file, unsigned line, const char *what,
                          unsigned long long left, unsigned long long right)
{
    note_failure();
    WARN("%s:%u: failed: %s (left %#llx, right %#llx)", file, line, what, left, right);
}

unsigned unittest_main(void)
{
    unsigned num_tests = 0, num_failed = 0;
    for (struct unittest *test = first; test; test = test->next) {
        unsigned before = num_failures;
        test->run();
        bool failed = num_failures > before;
        const char *slash = strrchr(test->file, '/');
        printf("%s: %s: %s\n", slash ? slash + 1 : test->file, test->title,
               failed ? "FAILED" : "ok");
        num_tests++;
        num_failed += failed;
    }
    printf("%u of %u tests passed\n", num_tests - num_failed, num_tests);
    return num_failed;
}

// Of a program that has no main() in C: then this is found in the archive.
__weak void oolong_main(const char *cmdline)
{
    if (main_in_cxx_of_cmdline) {
        main_in_cxx_of_cmdline(cmdline);
        return;
    }
    if (main_in_cxx) {
        main_in_cxx();
        return;
    }
    if (!first)
        PANIC("this program has no main() and no tests");
    if (unittest_main() > 0)
        exit(EXIT_FAILURE);
}
