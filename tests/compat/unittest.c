// A program that consists of unit tests.
#include <unittest.h>
#include <list.h>

static int run;

TEST("1 + 1 is 2")
{
    run++;
    TEST_EXPECT_EQ(1 + 1, 2);
    TEST_EXPECT_GE(2, 1 + 1);
}

TEST("the one above has run")
{
    TEST_EXPECT_EQ(run, 1);
    TEST_ASSERT(run > 0);
}
