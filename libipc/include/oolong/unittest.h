// Unit tests inside a program. A program with tests and without a main() of its own runs them; one
// with a main() runs them where it calls unittest_main().
//
//     TEST("words are counted") {
//         TEST_EXPECT_EQ(count_words("one two"), 2);
//     }
//
// TEST_ASSERT and TEST_EXPECT_* print a failure and go on. If one has failed, the program ends with
// exit status 1. They can be used in any function.
#ifndef OOLONG_UNITTEST_H
#define OOLONG_UNITTEST_H

#include <oolong/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct unittest {
    const char *title;
    const char *file;
    void (*run)(void);
    struct unittest *next; // set by unittest_add()
};

/// Adds a test after the others. The caller still owns the structure and must keep it.
void unittest_add(struct unittest *test);

/// Runs all tests and prints the result of each. Returns the number of tests that failed.
unsigned unittest_main(void);

/// Notes and prints a failure; `left` and `right` are the compared values.
void unittest_fail(const char *file, unsigned line, const char *what);
void unittest_expect_fail(const char *file, unsigned line, const char *what,
                          unsigned long long left, unsigned long long right);

#ifdef __cplusplus
}
#endif

#define OOLONG_TEST_NAME_(name, n) name##n
#define OOLONG_TEST_NAME(name, n)  OOLONG_TEST_NAME_(name, n)
#define OOLONG_TEST(title, n)                                                                      \
    static void OOLONG_TEST_NAME(unittest_run_, n)(void);                                          \
    __attribute__((constructor)) static void OOLONG_TEST_NAME(unittest_add_, n)(void)              \
    {                                                                                              \
        static struct unittest test = {(title), __FILE__, OOLONG_TEST_NAME(unittest_run_, n),      \
                                       NULL};                                                      \
        unittest_add(&test);                                                                       \
    }                                                                                              \
    static void OOLONG_TEST_NAME(unittest_run_, n)(void)

#define TEST(title) OOLONG_TEST(title, __COUNTER__)

#define TEST_ASSERT(expr)                                                                          \
    do {                                                                                           \
        if (!(expr))                                                                               \
            unittest_fail(__FILE__, __LINE__, #expr);                                              \
    } while (0)

#define OOLONG_TEST_EXPECT(a, op, b)                                                               \
    do {                                                                                           \
        __typeof__(a) expect_left_ = (a);                                                          \
        __typeof__(b) expect_right_ = (b);                                                         \
        if (!(expect_left_ op expect_right_))                                                      \
            unittest_expect_fail(__FILE__, __LINE__, #a " " #op " " #b,                            \
                                 (unsigned long long)expect_left_,                                 \
                                 (unsigned long long)expect_right_);                               \
    } while (0)
#define TEST_EXPECT_EQ(a, b) OOLONG_TEST_EXPECT(a, ==, b)
#define TEST_EXPECT_NE(a, b) OOLONG_TEST_EXPECT(a, !=, b)
#define TEST_EXPECT_LT(a, b) OOLONG_TEST_EXPECT(a, <, b)
#define TEST_EXPECT_LE(a, b) OOLONG_TEST_EXPECT(a, <=, b)
#define TEST_EXPECT_GT(a, b) OOLONG_TEST_EXPECT(a, >, b)
#define TEST_EXPECT_GE(a, b) OOLONG_TEST_EXPECT(a, >=, b)

#endif
