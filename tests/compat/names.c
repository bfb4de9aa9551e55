// The names that Resea's headers declare, and their values.
#include <types.h>
#include <list.h>
#include <bitmap.h>
#include <print_macros.h>
#include <unittest.h>
#include <string.h>
#include <resea/async.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>

struct job {
    list_elem_t next;
    int number;
};

STATIC_ASSERT(sizeof(struct message) == MESSAGE_SIZE)
STATIC_ASSERT(IPC_CALL == 3);
STATIC_ASSERT(MSEC_MAX == 0x7fffffff)

static error_t answer(int value)
{
    int got = OK_OR_RETURN(value);
    return got + 1;
}

static void test_lists(void)
{
    list_t jobs;
    struct job a = {.number = 1}, b = {.number = 2}, c = {.number = 3};
    list_init(&jobs);
    list_push_back(&jobs, &a.next);
    list_push_back(&jobs, &c.next);
    list_insert(&a.next, &c.next, &b.next);
    int expected = 1;
    LIST_FOR_EACH (job, &jobs, struct job, next) {
        TEST_EXPECT_EQ(job->number, expected++);
        list_remove(&job->next);
    }
    TEST_EXPECT_EQ(expected, 4);
    TEST_ASSERT(list_is_empty(&jobs));
}

static void test_own_queue(void)
{
    // A program may have its own queues of messages.
    list_t queue;
    list_init(&queue);
    struct async_message am;
    am.dst = 3;
    am.m.type = ASYNC_MSG;
    list_nullify(&am.next);
    list_push_back(&queue, &am.next);
    TEST_EXPECT_EQ(LIST_POP_FRONT(&queue, struct async_message, next)->dst, 3);
    TEST_ASSERT(LIST_POP_FRONT(&queue, struct async_message, next) == NULL);
}

static void test_bits(void)
{
    uint8_t map[BITMAP_SIZE(3 * BITS_PER_BYTE + 1)];
    TEST_EXPECT_EQ(sizeof(map), 4);
    bitmap_fill(map, sizeof(map), 0);
    bitmap_set(map, sizeof(map), 24);
    TEST_EXPECT_EQ(map[3], 1);
}

static void test_numbers(void)
{
    TEST_EXPECT_EQ(IPC_DENY, -1);
    TEST_EXPECT_EQ(IPC_KERNEL, 8);
    TEST_EXPECT_EQ(EXP_GRACE_EXIT, 0);
    TEST_EXPECT_EQ(EXP_HV_INVALID_STATE, 7);
    TEST_EXPECT_EQ(TASK_ALL_CAPS | TASK_ABI_EMU | TASK_SCHED | TASK_HV, 15);
    TEST_EXPECT_EQ(MAP_TYPE_READONLY | MAP_TYPE_READWRITE, 3);
    TEST_EXPECT_EQ(EXP_PF_PRESENT | EXP_PF_WRITE | EXP_PF_USER, 7);
    TEST_EXPECT_EQ(CONSOLE_IRQ, 1);
    TEST_EXPECT_EQ(MSG_ID(FS_OPEN_MSG | MSG_OOL), FS_OPEN_MSG & 0xffff);
    TEST_ASSERT(is_constant(PAGE_SIZE));
    struct message m = {.type = BENCHMARK_NOP_MSG};
    TEST_EXPECT_EQ(sys_ipc(VM_TASK, VM_TASK, &m, IPC_CALL | IPC_KERNEL), ERR_INVALID_ARG);
}

void main(void)
{
    test_lists();
    test_own_queue();
    test_bits();
    test_numbers();
    TEST_EXPECT_EQ(answer(41), 42);
    TEST_EXPECT_EQ(answer(ERR_EMPTY), ERR_EMPTY);
    TEST_ASSERT(!strcmp(__program_name(), "compat_names"));
    MEMORY_BARRIER();
    mb();
    INFO(SGR_INFO "all is well" SGR_RESET);
    printf("at the end\n");
    halt();
    PANIC("halt() returned");
}
