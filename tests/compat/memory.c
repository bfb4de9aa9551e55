// Tests pages, shared memory, bitmaps and lists.
#include <bitmap.h>
#include <list.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <string.h>
#include <unittest.h>

#define NUM_PAGES 37

struct page_area {
    list_elem_t next;
    vaddr_t base;
    size_t num_pages;
    uint8_t bitmap[BITMAP_SIZE(NUM_PAGES)];
};

static list_t areas;

static vaddr_t alloc_page(void)
{
    LIST_FOR_EACH (area, &areas, struct page_area, next) {
        for (size_t i = 0; i < area->num_pages; i++) {
            if (!bitmap_get(area->bitmap, sizeof(area->bitmap), i)) {
                bitmap_set(area->bitmap, sizeof(area->bitmap), i);
                return area->base + i * PAGE_SIZE;
            }
        }
    }
    return 0;
}

static void test_pages(void)
{
    struct message m;
    bzero(&m, sizeof(m));
    m.type = VM_ALLOC_PAGES_MSG;
    m.vm_alloc_pages.num_pages = NUM_PAGES;
    m.vm_alloc_pages.paddr = 0;
    ASSERT_OK(ipc_call(VM_TASK, &m));
    struct page_area *area = malloc(sizeof(*area));
    area->base = m.vm_alloc_pages_reply.vaddr;
    area->num_pages = NUM_PAGES;
    bitmap_fill(area->bitmap, sizeof(area->bitmap), 0);
    list_init(&areas);
    list_push_back(&areas, &area->next);
    TEST_ASSERT(IS_ALIGNED(area->base, PAGE_SIZE));
    vaddr_t last = 0, page;
    int count = 0;
    while ((page = alloc_page()) != 0) {
        TEST_ASSERT(page > last);
        last = page;
        memset((void *)page, 0x5a, PAGE_SIZE);
        count++;
    }
    TEST_EXPECT_EQ(count, NUM_PAGES);
    m.type = VM_ALLOC_PAGES_MSG;
    m.vm_alloc_pages.num_pages = 1;
    m.vm_alloc_pages.paddr = 0xb8000;
    TEST_EXPECT_EQ(ipc_call(VM_TASK, &m), ERR_NOT_ACCEPTABLE);
}

static void test_shm(void)
{
    struct message m;
    bzero(&m, sizeof(m));
    m.type = SHM_CREATE_MSG;
    m.shm_create.size = 32;
    ASSERT_OK(ipc_call(INIT_TASK, &m));
    int shm_id = m.shm_create_reply.shm_id;
    TEST_ASSERT(shm_id > -1);
    bzero(&m, sizeof(m));
    m.type = SHM_MAP_MSG;
    m.shm_map.shm_id = shm_id;
    m.shm_map.writable = true;
    ASSERT_OK(ipc_call(INIT_TASK, &m));
    char *a = (char *)m.shm_map_reply.vaddr;
    strncpy2(a, "hello task", 32);
    bzero(&m, sizeof(m));
    m.type = SHM_MAP_MSG;
    m.shm_map.shm_id = shm_id;
    ASSERT_OK(ipc_call(INIT_TASK, &m));
    TEST_ASSERT(!strcmp((char *)m.shm_map_reply.vaddr, "hello task"));
    m.type = SHM_MAP_MSG;
    m.shm_map.shm_id = 5;
    TEST_EXPECT_EQ(ipc_call(INIT_TASK, &m), ERR_NOT_FOUND);
    m.type = SHM_CLOSE_MSG;
    m.shm_close.shm_id = shm_id;
    TEST_EXPECT_EQ(ipc_call(INIT_TASK, &m), OK);
    m.type = SHM_MAP_MSG;
    m.shm_map.shm_id = shm_id;
    TEST_EXPECT_EQ(ipc_call(INIT_TASK, &m), ERR_NOT_FOUND);
}

static void test_malloc(void)
{
    void *ptrs[64];
    for (int i = 0; i < 64; i++) {
        ptrs[i] = malloc(i * 100 + 1);
        memset(ptrs[i], i, i * 100 + 1);
    }
    for (int i = 0; i < 64; i += 2) {
        free(ptrs[i]);
        ptrs[i] = NULL;
    }
    for (int i = 1; i < 64; i += 2) {
        ptrs[i] = realloc(ptrs[i], 10000);
        TEST_EXPECT_EQ(((uint8_t *)ptrs[i])[i * 100], i);
        free(ptrs[i]);
    }
}

void main(void)
{
    test_pages();
    test_shm();
    test_malloc();
    static char page[PAGE_SIZE * 2] = {'a', 'b', 'c'};
    struct message m;
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    m.benchmark_nop_with_ool.data = page;
    m.benchmark_nop_with_ool.data_len = sizeof(page);
    TEST_EXPECT_EQ(ipc_call(VM_TASK, &m), OK);
    TEST_EXPECT_EQ(m.type, BENCHMARK_NOP_WITH_OOL_REPLY_MSG);
    TEST_EXPECT_EQ(m.benchmark_nop_with_ool_reply.data_len, 7);
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    m.benchmark_nop_with_ool.data = NULL;
    m.benchmark_nop_with_ool.data_len = 0;
    TEST_EXPECT_EQ(ipc_call(VM_TASK, &m), OK);
    HEXDUMP(page, 20);
    METRIC("pages", NUM_PAGES);
    OOPS_OK(OK);
}
