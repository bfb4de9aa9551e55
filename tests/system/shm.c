// Shared memory and pages, which vm allocates.

#include <sys/mman.h>
#include "scenario.h"

static error_t create(size_t size, int *shm_id)
{
    struct message m = {.type = SHM_CREATE_MSG};
    m.shm_create.size = size;
    OK_OR_RETURN(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.type, SHM_CREATE_REPLY_MSG);
    *shm_id = m.shm_create_reply.shm_id;
    return OK;
}

static error_t map(int shm_id, bool writable, uint8_t **addr)
{
    struct message m = {.type = SHM_MAP_MSG};
    m.shm_map.shm_id = shm_id;
    m.shm_map.writable = writable;
    OK_OR_RETURN(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.type, SHM_MAP_REPLY_MSG);
    *addr = (uint8_t *)m.shm_map_reply.vaddr;
    return OK;
}

static error_t close_shm(int shm_id)
{
    struct message m = {.type = SHM_CLOSE_MSG};
    m.shm_close.shm_id = shm_id;
    return ipc_call(VM_TASK, &m);
}

#define SIZE (3 * PAGE_SIZE)

static void shared_lead(void)
{
    task_t a = meet("a");
    int id;
    uint8_t *mine, *again;
    CHECK_OK(create(SIZE - 100, &id)); // the length is rounded up to whole pages
    CHECK_OK(map(id, true, &mine));
    CHECK_OK(map(id, false, &again));
    CHECK(mine != again);
    for (size_t i = 0; i < SIZE; i++)
        CHECK(mine[i] == 0);
    mine[SIZE - 1] = 7;
    step_value(a, id);
    CHECK_EQ(await_step(a), 1);
    CHECK_EQ(mine[5], 55);
    CHECK_EQ(again[5], 55);
    CHECK_OK(close_shm(id));
    CHECK_ERR(close_shm(id), ERR_NOT_FOUND);
    CHECK_ERR(map(id, false, &again), ERR_NOT_FOUND);
    mine[6] = 66; // the mapping still works
    step(a);
    CHECK_EQ(await_step(a), 2);
}

static void share(void)
{
    task_t lead = meet("main");
    uint8_t *theirs;
    int id = await_step(lead);
    CHECK_OK(map(id, true, &theirs));
    CHECK_EQ(theirs[SIZE - 1], 7);
    theirs[5] = 55;
    CHECK_ERR(close_shm(id), ERR_NOT_PERMITTED);
    step_value(lead, 1);
    await_step(lead);
    CHECK_EQ(theirs[6], 66);
    step_value(lead, 2);
}

static void write_read_only(void)
{
    task_t lead = meet("main");
    uint8_t *theirs;
    CHECK_OK(map(await_step(lead), false, &theirs));
    CHECK_EQ(theirs[0], 9);
    step(lead);
#ifdef OOLONG_SANITIZED // the sanitizer would report the write below
    task_exit();
#endif
    theirs[0] = 1;
    CHECK(!"a read-only mapping was written to");
}

static void read_only_lead(void)
{
    task_t a = meet("a");
    int id;
    uint8_t *mine;
    CHECK_OK(create(1, &id));
    CHECK_OK(map(id, true, &mine));
    mine[0] = 9;
    step_value(a, id);
    await_step(a);
    await_end(a);
    CHECK_EQ(mine[0], 9);
}

static void refused_lead(void)
{
    int id;
    uint8_t *addr;
    CHECK_ERR(create(0, &id), ERR_INVALID_ARG);
    CHECK_ERR(create(((size_t)1 << 30) + 1, &id), ERR_TOO_LARGE);
    CHECK_ERR(create(SIZE_MAX, &id), ERR_TOO_LARGE);
    CHECK_ERR(map(0, true, &addr), ERR_NOT_FOUND);
    CHECK_ERR(map(-1, true, &addr), ERR_NOT_FOUND);
    CHECK_ERR(map(1234, true, &addr), ERR_NOT_FOUND);
    CHECK_ERR(close_shm(1234), ERR_NOT_FOUND);
    // The number is bounded, and closing a segment makes room.
    int ids[1000];
    int n = 0;
    while (n < 1000 && create(PAGE_SIZE, &ids[n]) == OK)
        n++;
    CHECK(n > 0 && n < 1000);
    CHECK_ERR(create(PAGE_SIZE, &id), ERR_NO_MEMORY);
    CHECK_OK(close_shm(ids[0]));
    CHECK_OK(create(PAGE_SIZE, &ids[0]));
    for (int i = 0; i < n; i++)
        CHECK_OK(close_shm(ids[i]));
}

// The suite file allows a task 1G of shared memory. A segment counts until no task has it any more,
// even if its owner has closed it. Memory that was freed can be allocated again at once.
#define MOST (600u << 20)

static void counted_lead(void)
{
    task_t a = meet("a");
    int id, other;
    uint8_t *mine;
    CHECK_OK(create(MOST, &id));
    CHECK_OK(map(id, true, &mine));
    step_value(a, id);
    CHECK_EQ(await_step(a), 1); // a has mapped the segment
    CHECK_OK(close_shm(id));
    CHECK_ERR(create(MOST, &other), ERR_NO_MEMORY);
    CHECK_EQ(munmap(mine, MOST), 0);
    CHECK_ERR(create(MOST, &other), ERR_NO_MEMORY); // a still maps the segment
    step(a);
    CHECK_EQ(await_step(a), 2);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(create(MOST, &id));
        CHECK_OK(map(id, true, &mine));
        memset(mine, 1, 40 << 20); // more than the kernel frees at once
        CHECK_EQ(munmap(mine, MOST), 0);
        CHECK_OK(close_shm(id));
    }
}

static void hold(void)
{
    task_t lead = meet("main");
    uint8_t *theirs;
    CHECK_OK(map(await_step(lead), false, &theirs));
    step_value(lead, 1);
    await_step(lead);
    CHECK_EQ(munmap(theirs, MOST), 0);
    step_value(lead, 2);
}

static error_t alloc_pages(size_t num, paddr_t paddr, uint8_t **addr)
{
    struct message m = {.type = VM_ALLOC_PAGES_MSG};
    m.vm_alloc_pages.num_pages = num;
    m.vm_alloc_pages.paddr = paddr;
    OK_OR_RETURN(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.type, VM_ALLOC_PAGES_REPLY_MSG);
    CHECK_EQ(m.vm_alloc_pages_reply.paddr, 0);
    *addr = (uint8_t *)m.vm_alloc_pages_reply.vaddr;
    return OK;
}

static void pages_lead(void)
{
    uint8_t *addr, *more;
    CHECK_OK(alloc_pages(5, 0, &addr));
    CHECK(IS_ALIGNED((vaddr_t)addr, PAGE_SIZE));
    for (size_t i = 0; i < 5 * PAGE_SIZE; i++)
        CHECK(addr[i] == 0);
    memset(addr, 0xaa, 5 * PAGE_SIZE);
    CHECK_OK(alloc_pages(1, 0, &more));
    CHECK_EQ(more[0], 0);
    CHECK_ERR(alloc_pages(1, 4096, &addr), ERR_NOT_ACCEPTABLE);
    CHECK_ERR(alloc_pages(0, 0, &addr), ERR_INVALID_ARG);
    CHECK_ERR(alloc_pages(SIZE_MAX / 4096, 0, &addr), ERR_NO_MEMORY);
    CHECK_ERR(alloc_pages(SIZE_MAX, 0, &addr), ERR_NO_MEMORY);
}

// A payload in shared memory that another task changes while it is sent. It may arrive as a mixture
// of old and new bytes, but with nothing else in it.
#define TORN (200 * 1024)

static void scribble(void)
{
    task_t lead = meet("main");
    uint8_t *theirs;
    CHECK_OK(map(await_step(lead), true, &theirs));
    step(lead);
    for (uint8_t c = 'x';; c ^= 'x' ^ 'y') {
        memset(theirs, c, TORN);
        let_others_run();
    }
}

static void torn_lead(void)
{
    task_t a = meet("a");
    task_t b = meet("b");
    int id;
    uint8_t *mine;
    CHECK_OK(create(TORN, &id));
    CHECK_OK(map(id, true, &mine));
    memset(mine, 'x', TORN);
    step_value(a, id);
    await_step(a);
    for (int i = 0; i < 100; i++) {
        struct message m = {.type = STAGE_ECHO_MSG};
        m.stage_echo.data = mine;
        m.stage_echo.data_len = TORN;
        CHECK_OK(ipc_call(b, &m));
        CHECK_EQ(m.stage_echo_reply.data_len, TORN);
        const char *data = m.stage_echo_reply.data;
        for (size_t k = 0; k < TORN; k++)
            CHECK(data[k] == 'x' || data[k] == 'y');
        free(m.stage_echo_reply.data);
    }
    quit(b);
}

const struct scenario shm_scenarios[] = {
    SCENARIO(shm_is_shared, .lead = shared_lead, .a = share),
    SCENARIO(shm_read_only, .lead = read_only_lead, .a = write_read_only, .ends = "a"),
    SCENARIO(shm_refuses, .lead = refused_lead),
    SCENARIO(shm_counts_while_anybody_has_it, .lead = counted_lead, .a = hold),
    SCENARIO(alloc_pages_gives_zeroed_pages, .lead = pages_lead),
    SCENARIO(payload_torn_by_a_writer, .lead = torn_lead, .a = scribble, .b = serve_until_quit,
             .ends = "a"),
    SCENARIOS_END,
};
