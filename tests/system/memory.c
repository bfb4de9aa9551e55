// Payloads in memory with holes: the sender gets an error, and no message is delivered.

#include <sys/mman.h>
#include "scenario.h"

#define PAGES 4

// Pages of 'm' with an unmapped page on either side.
static uint8_t *island(void)
{
    size_t len = (PAGES + 2) * PAGE_SIZE;
    uint8_t *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED);
    memset(map, 'm', len);
    CHECK(!munmap(map, PAGE_SIZE));
    CHECK(!munmap(map + len - PAGE_SIZE, PAGE_SIZE));
    return map + PAGE_SIZE;
}

static error_t send_range(task_t dst, const uint8_t *at, size_t len)
{
    struct message m = data_message(at, len, (int)len);
    struct message before = m;
    error_t err = ipc_send(dst, &m);
    CHECK(!memcmp(&m, &before, sizeof(m)));
    return err;
}

static void holes_lead(void)
{
    task_t a = meet("a");
    const uint8_t *island_at = island();
    for (int page = 0; page < PAGES; page++) {
        size_t to_end = (size_t)(PAGES - page) * PAGE_SIZE;
        const uint8_t *at = island_at + page * PAGE_SIZE;
        CHECK_OK(send_range(a, at, to_end));
        CHECK_ERR(send_range(a, at, to_end + 1), ERR_INVALID_ARG);
        CHECK_OK(send_range(a, at + 1, to_end - 1));
        CHECK_ERR(send_range(a, at + 1, to_end), ERR_INVALID_ARG);
        CHECK_ERR(send_range(a, at, to_end + PAGE_SIZE), ERR_INVALID_ARG);
    }
    CHECK_ERR(send_range(a, island_at - 1, 1), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, island_at - 1, 2), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, island_at + PAGES * PAGE_SIZE, 1), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, NULL, 1), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, (void *)1, 1), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, (void *)(UINTPTR_MAX - 10), 20), ERR_INVALID_ARG);
    CHECK_ERR(send_range(a, (void *)0xffff800000000000, 20), ERR_INVALID_ARG);
    quit(a);
}

// Counts the payloads that arrive. Each payload must be complete, and its send must have succeeded.
static void take_whole(void)
{
    int count = 0;
    for (;; count++) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == STAGE_QUIT_MSG)
            break;
        CHECK_EQ(m.type, STAGE_DATA_MSG);
        CHECK_EQ(m.stage_data.data_len, m.stage_data.number);
        const uint8_t *data = m.stage_data.data;
        for (size_t i = 0; i < m.stage_data.data_len; i++)
            CHECK(data[i] == 'm');
        free(m.stage_data.data);
    }
    CHECK_EQ(count, 2 * PAGES);
}

// If any of several payloads has a hole, the whole message is not delivered.
static void several_lead(void)
{
    task_t a = meet("a");
    uint8_t *good = island();
    uint8_t *bad = good + PAGES * PAGE_SIZE - 2;
    for (int which = 0; which < 3; which++) {
        struct message m = {.type = STAGE_FOUR_MSG};
        m.stage_four.a = STR("a");
        m.stage_four.b = which == 0 ? bad : good;
        m.stage_four.b_len = 3;
        m.stage_four.c = STR("c");
        m.stage_four.d = which == 1 ? bad : good;
        m.stage_four.d_len = 3;
        if (which < 2)
            CHECK_ERR(ipc_call(a, &m), ERR_INVALID_ARG);
        else
            CHECK_ERR(ipc_call(a, &m), ERR_NOT_ACCEPTABLE); // unknown to a, but complete
    }
    check_serves(a);
    quit(a);
}

// A large copy that fails late leaves the buffer free.
static void late_hole_lead(void)
{
    task_t a = meet("a");
    size_t len = 4 << 20;
    uint8_t *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED);
    memset(map, 'm', len);
    CHECK(!munmap(map + len - PAGE_SIZE, PAGE_SIZE));
    for (int i = 0; i < 5; i++)
        CHECK_ERR(send_range(a, map, len), ERR_INVALID_ARG);
    for (int i = 0; i < 2 * PAGES; i++)
        CHECK_OK(send_range(a, map, len - PAGE_SIZE));
    quit(a);
}

const struct scenario memory_scenarios[] = {
    SOCKET_SCENARIO(hole_at_every_page, .lead = holes_lead, .a = take_whole),
    SOCKET_SCENARIO(hole_in_one_of_several_payloads, .lead = several_lead, .a = serve_until_quit),
    SOCKET_SCENARIO(hole_at_the_end_of_a_large_copy, .lead = late_hole_lead, .a = take_whole),
    SCENARIOS_END,
};
