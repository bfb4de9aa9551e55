// The kernel debugger's commands, which the launcher answers.
#include <resea/printf.h>
#include <resea/syscall.h>
#include <string.h>
#include <unittest.h>

static error_t kdebug(const char *cmd)
{
    return sys_kdebug(cmd, strlen(cmd), "", 0);
}

void main(void)
{
    static char buf[4096];
    TEST_EXPECT_EQ(kdebug(""), OK);
    TEST_EXPECT_EQ(kdebug("_"), OK);
    TEST_EXPECT_EQ(kdebug("no such command"), ERR_NOT_FOUND);
    TEST_EXPECT_EQ(kdebug("_log"), ERR_TOO_SMALL);
    TEST_EXPECT_EQ(kdebug("q"), ERR_NOT_PERMITTED);

    // With a buffer, nothing is printed.
    TEST_EXPECT_EQ(sys_kdebug("ps", 2, buf, sizeof(buf)), OK);
    TEST_ASSERT(strstr(buf, "compat_kdebug"));
    TEST_EXPECT_EQ(sys_kdebug("_log", 4, buf, sizeof(buf)), OK);
    TEST_ASSERT(strstr(buf, "compat_kdebug"));
    printf("tasks:\n");
    TEST_EXPECT_EQ(kdebug("ps"), OK);
    printf("commands:\n");
    TEST_EXPECT_EQ(kdebug("help"), OK);
    printf("end\n");
}
