// The main() of a Check binary: RUN_TESTS("name", test, ...) for one case without fixtures, or
// run_check() at the end of a main() that makes its suite.
#ifndef TESTS_RUN_TESTS_H
#define TESTS_RUN_TESTS_H

#include <check.h>
#include <stdlib.h>

static inline int run_check(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define RUN_TESTS(name_, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests_[] = {__VA_ARGS__};                                               \
        Suite *suite = suite_create(name_);                                                        \
        TCase *tcase = tcase_create(name_);                                                        \
        for (size_t i = 0; i < sizeof(tests_) / sizeof(tests_[0]); i++)                            \
            tcase_add_test(tcase, tests_[i]);                                                      \
        suite_add_tcase(suite, tcase);                                                             \
        return run_check(suite);                                                                   \
    }

#endif
