// The integration tests that run as a task: one function for each property.
#ifndef TEST_TEST_H
#define TEST_TEST_H

#include <types.h>

// Prints what was expected, makes the test fail, and returns from its function.
#define EXPECT(expr)                                                                               \
    do {                                                                                           \
        if (!(expr)) {                                                                             \
            test_failed(__FILE__, __LINE__, #expr);                                                \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define EXPECT_ERR(expr, expected) test_error_is(__FILE__, __LINE__, #expr, (expr), (expected))
#define EXPECT_OK(expr)                                                                            \
    do {                                                                                           \
        error_t expect_err_ = (expr);                                                              \
        if (expect_err_ != OK) {                                                                   \
            test_error_is(__FILE__, __LINE__, #expr, expect_err_, OK);                             \
            return;                                                                                \
        }                                                                                          \
    } while (0)

struct test {
    const char *name;
    void (*run)(void);
};

// The tables of tests. Each ends with a NULL name.
extern const struct test ipc_tests[];
extern const struct test ool_tests[];
extern const struct test task_tests[];
extern const struct test server_tests[];
extern const struct test fs_tests[];
extern const struct test hostile_tests[];

// Runs a test, which prints what fails. Returns whether something failed.
bool test_run(const struct test *test);

void test_failed(const char *file, int line, const char *what);
bool test_error_is(const char *file, int line, const char *what, error_t err, error_t expected);

// Receives notifications until one of `bits` is among them.
void test_wait_for(notifications_t bits);

#endif
