// The main of a Check binary with one case: RUN_TESTS("name", test, ...).
#ifndef LIBIPC_SUITE_H
#define LIBIPC_SUITE_H

#include <check.h>
#include <stdlib.h>

#define RUN_TESTS(name_, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests_[] = {__VA_ARGS__};                                               \
        Suite *suite = suite_create(name_);                                                        \
        TCase *tcase = tcase_create(name_);                                                        \
        for (size_t i = 0; i < sizeof(tests_) / sizeof(tests_[0]); i++)                            \
            tcase_add_test(tcase, tests_[i]);                                                      \
        suite_add_tcase(suite, tcase);                                                             \
        SRunner *runner = srunner_create(suite);                                                   \
        srunner_run_all(runner, CK_NORMAL);                                                        \
        int failed = srunner_ntests_failed(runner);                                                \
        srunner_free(runner);                                                                      \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                               \
    }

#endif
