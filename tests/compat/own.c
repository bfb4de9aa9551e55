// A program that defines functions, variables and types with names of the C library.
#include <list.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <string.h>
#include <unittest.h>
#include "own.h"

static list_t waiting;
static int index = 0;

static const char *errno = "none";
static int unix = 3;

struct waiter {
    list_elem_t next;
    task_t task;
};

enum errors { EPERM = 7, EBADF, EOF };

struct timespec {
    int ticks;
};

typedef struct {
    bool linux;
} mode_t;

typedef char *pid_t;

// Used before it is defined.
static task_t select(list_t *list);

static void puts(struct waiter *waiter, const char *s)
{
    printf("%d: %s\n", waiter->task, s);
}

int div(int a, int b)
{
    return b ? a / b : ERR_INVALID_ARG;
}

error_t remove(struct waiter *waiter)
{
    list_remove(&waiter->next);
    return OK;
}

uint64_t abs(int64_t n)
{
    return n < 0 ? -n : n;
}

ssize_t write(handle_t handle, const void *data)
{
    return strlen(data) + handle;
}

void close(struct waiter *waiter)
{
    waiter->task = 0;
}

static task_t select(list_t *list)
{
    LIST_FOR_EACH (waiter, list, struct waiter, next) {
        return waiter->task;
    }
    return 0;
}

// libipc has functions with these two names.
void *shm_alloc(size_t size)
{
    return malloc(size);
}

static const char *task_name(task_t task)
{
    return task == 3 ? "three" : "another";
}

static unsigned log(unsigned n)
{
    return n > 1 ? 1 + log(n / 2) : 0;
}

static void test_types(void)
{
    struct timespec ts = {.ticks = 7};
    mode_t mode = {.linux = true};
    pid_t pid = "a string";
    TEST_EXPECT_EQ(sizeof(ts), sizeof(int));
    TEST_ASSERT(mode.linux && pid[2] == 's');
    TEST_EXPECT_EQ(errno[3], 'e');
    TEST_EXPECT_EQ(EBADF + EOF, 17);
    TEST_EXPECT_EQ(unix + log(ts.ticks), 5);
}

static void exit(const char *why)
{
    printf("not an exit: %s\n", why);
}

void main(void)
{
    struct waiter a = {.task = 3}, b = {.task = 4};
    list_init(&waiting);
    list_push_back(&waiting, &a.next);
    list_push_back(&waiting, &b.next);
    TEST_EXPECT_EQ(select(&waiting), 3);
    TEST_EXPECT_EQ(remove(&a), OK);
    TEST_EXPECT_EQ(select(&waiting), 4);
    TEST_EXPECT_EQ(random(), 4);
    TEST_EXPECT_EQ(random(), 5);
    TEST_EXPECT_EQ(div(7, 0), ERR_INVALID_ARG);
    TEST_EXPECT_EQ(abs(-(1ll << 40)), 1ull << 40);
    TEST_EXPECT_EQ(labs(3, 4), 4);
    TEST_EXPECT_EQ(write(1, "abc"), 4);
    puts(&b, "own");
    exit("own too");
    free(shm_alloc(5));
    TEST_ASSERT(!strcmp(task_name(3), "three"));
    TEST_ASSERT(!strcmp(__program_name(), "compat_own"));
    index++;
    test_types();

    // libipc still calls the C library's write(), read() and close().
    struct message m;
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    m.benchmark_nop_with_ool.data = "hi!";
    m.benchmark_nop_with_ool.data_len = 3;
    ASSERT_OK(ipc_call(VM_TASK, &m));
    TEST_ASSERT(!memcmp(m.benchmark_nop_with_ool_reply.data, "reply!", 7));
    free(m.benchmark_nop_with_ool_reply.data);
    TEST_EXPECT_EQ(ipc_lookup("nobody"), ERR_TIMEOUT);
    close(&a);
    TEST_EXPECT_EQ(a.task, 0);
    TEST_EXPECT_EQ(index, 1);
    INFO("still here");
    printf_flush();
}
