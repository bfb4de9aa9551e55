// Tests of payloads, with each size at which something changes, and of shared memory.
#include <config.h>
#include <idl/benchmark.h>
#include <idl/shm.h>
#include <idl/shm_test.h>
#include <idl/vm.h>
#include <message.h>
#include <resea/ipc.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

// A buffer whose bytes depend on their offset. The caller frees it.
static uint8_t *pattern(size_t len)
{
    uint8_t *data = malloc(len > 0 ? len : 1);
    for (size_t i = 0; data && i < len; i++)
        data[i] = (uint8_t)(i * 31 + i / 251);
    return data;
}

static void echo_len(task_t server, size_t len)
{
    void *reply = NULL;
    size_t reply_len = 0;
    uint8_t *data = pattern(len);
    EXPECT(data != NULL);
    error_t err = benchmark_nop_with_ool(server, data, len, &reply, &reply_len);
    bool same = err == OK && reply && reply_len == len && memcmp(reply, data, len) == 0;
    if (err == OK)
        free(reply);
    free(data);
    EXPECT_ERR(err, OK);
    EXPECT(same);
}

static void payloads_of_every_size_come_back(void)
{
    static const size_t lens[] = {0,
                                  1,
                                  2,
                                  7,
                                  8,
                                  4095,
                                  4096,
                                  4097,
                                  65535,
                                  65536,
                                  65537,
                                  1024 * 1024,
                                  CONFIG_OOL_BUFFER_LEN - 1,
                                  CONFIG_OOL_BUFFER_LEN};
    task_t server = ipc_lookup("benchmark");
    EXPECT(server > 0);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
        echo_len(server, lens[i]);
}

static void payload_over_the_limit_is_too_large(void)
{
    void *reply;
    size_t reply_len;
    task_t server = ipc_lookup("benchmark");
    EXPECT(server > 0);
    uint8_t *data = pattern((size_t)CONFIG_OOL_BUFFER_LEN + 1);
    EXPECT(data != NULL);
    error_t err =
        benchmark_nop_with_ool(server, data, (size_t)CONFIG_OOL_BUFFER_LEN + 1, &reply, &reply_len);
    free(data);
    EXPECT_ERR(err, ERR_TOO_LARGE);
    echo_len(server, 100);
}

static void vm_answers_a_payload(void)
{
    void *reply;
    size_t reply_len;
    EXPECT_OK(benchmark_nop_with_ool(VM_TASK, "hi", 3, &reply, &reply_len));
    bool same = reply_len == 7 && memcmp(reply, "reply!", 7) == 0;
    free(reply);
    EXPECT(same);
}

static void unreadable_payload_is_an_error(void)
{
    void *reply;
    size_t reply_len;
    task_t server = ipc_lookup("benchmark");
    EXPECT(server > 0);
    error_t err = benchmark_nop_with_ool(server, (void *)16, 4096, &reply, &reply_len);
    EXPECT(IS_ERROR(err));
    echo_len(server, 4096);
}

static void shared_memory_is_shared(void)
{
    int shm_id;
    vaddr_t vaddr;
    size_t len;
    uint32_t sum, expected = 0;
    task_t server = ipc_lookup("shm_test");
    EXPECT(server > 0);
    EXPECT_OK(shm_create(VM_TASK, 3 * PAGE_SIZE, &shm_id));
    EXPECT_OK(shm_map(VM_TASK, shm_id, true, &vaddr, &len));
    uint8_t *memory = (uint8_t *)vaddr;
    EXPECT(memory[0] == 0 && memory[3 * PAGE_SIZE - 1] == 0);

    for (size_t i = 0; i < PAGE_SIZE; i++) {
        memory[i] = (uint8_t)(i * 7);
        expected += memory[i];
    }
    EXPECT_OK(shm_test_sum(server, shm_id, PAGE_SIZE, &sum));
    EXPECT(sum == expected);
    EXPECT_OK(shm_test_fill(server, shm_id, 100, 9));
    EXPECT(memory[0] == 9 && memory[99] == 9 && memory[100] == (uint8_t)(100 * 7));
    EXPECT_OK(shm_close(VM_TASK, shm_id));
}

static void unknown_segment_is_not_found(void)
{
    uint32_t sum;
    vaddr_t vaddr;
    size_t len;
    int shm_id;
    task_t server = ipc_lookup("shm_test");
    EXPECT(server > 0);
    EXPECT_ERR(shm_map(VM_TASK, -1, false, &vaddr, &len), ERR_NOT_FOUND);
    EXPECT_ERR(shm_test_sum(server, 0, 1, &sum), ERR_NOT_FOUND);
    EXPECT_ERR(shm_create(VM_TASK, 0, &shm_id), ERR_INVALID_ARG);
}

static void pages_are_fresh(void)
{
    vaddr_t vaddr;
    paddr_t paddr;
    EXPECT_OK(vm_alloc_pages(VM_TASK, 4, 0, &vaddr, &paddr));
    uint8_t *memory = (uint8_t *)vaddr;
    EXPECT(paddr == 0);
    for (size_t i = 0; i < 4 * PAGE_SIZE; i += 512)
        EXPECT(memory[i] == 0);
    memset(memory, 1, 4 * PAGE_SIZE);
    EXPECT_ERR(vm_alloc_pages(VM_TASK, 1, 0x1000, &vaddr, &paddr), ERR_NOT_ACCEPTABLE);
}

const struct test ool_tests[] = {
    {"payloads of every size come back", payloads_of_every_size_come_back},
    {"a payload over the limit is too large", payload_over_the_limit_is_too_large},
    {"vm answers a payload", vm_answers_a_payload},
    {"an unreadable payload is an error", unreadable_payload_is_an_error},
    {"shared memory is shared", shared_memory_is_shared},
    {"an unknown segment is not found", unknown_segment_is_not_found},
    {"pages are fresh", pages_are_fresh},
    {0},
};
