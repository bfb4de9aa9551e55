// Tests names of services (threat 16), shared memory and pages, and vm's part of the benchmark.
#include "vm_sim.h"

static struct sim *sim;
static task_t server, client;

static void may_serve(task_t task, const char *name)
{
    struct message m = {.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = task;
    memcpy(m.launcher_may_serve.name, name, MIN(strlen(name) + 1, (size_t)VM_NAME_LEN));
    vm_step(sim->vm, KERNEL_TASK, &m);
    vm_check(sim->vm);
}

static void setup(void)
{
    sim = sim_new();
    server = sim_start(sim, SIM_LIMIT, 0);
    client = sim_start(sim, SIM_LIMIT, 0);
    may_serve(server, "fs");
}

static int serve(task_t task, const char *name)
{
    struct message m;
    return sim_string_call(sim, task, DISCOVERY_SERVE_MSG, name, strlen(name) + 1, &m);
}

static int lookup(task_t task, const char *name, uint32_t timeout_ms, task_t *found)
{
    vaddr_t addr = sim_addr(task, SIM_SOURCE);
    strcpy((char *)sim_mem(sim, task, addr), name);
    struct message m = {.type = DISCOVERY_LOOKUP_MSG};
    m.discovery_lookup.name = (char *)addr;
    m.discovery_lookup.name_len = strlen(name) + 1;
    m.discovery_lookup.timeout_ms = timeout_ms;
    int err = sim_call(sim, task, &m);
    if (err == OK)
        *found = m.discovery_lookup_reply.task;
    return err;
}

START_TEST(lookup_finds_the_server_or_waits_for_it)
{
    setup();
    task_t found = 0;
    task_t other = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(lookup(client, "fs", 0, &found), SIM_BLOCKED);
    ck_assert_int_eq(lookup(other, "fsx", 0, &found), SIM_BLOCKED);
    ck_assert(vm_deadline(sim->vm) == UINT64_MAX);
    ck_assert_int_eq(serve(server, "fs"), OK);
    struct message m;
    ck_assert_int_eq(sim_answer(sim, client, &m), OK);
    ck_assert_int_eq(m.discovery_lookup_reply.task, server);
    ck_assert_int_eq(lookup(client, "fs", 5, &found), OK);
    ck_assert_int_eq(found, server);
    ck_assert_uint_eq(sim_find(sim, other)->replies, 0);
}
END_TEST

START_TEST(lookup_looks_past_a_server_that_is_named)
{
    setup();
    task_t next = sim_start(sim, SIM_LIMIT, 0);
    may_serve(next, "fs");
    ck_assert_int_eq(serve(server, "fs"), OK);
    vaddr_t addr = sim_addr(client, SIM_SOURCE);
    strcpy((char *)sim_mem(sim, client, addr), "fs");
    struct message m = {.type = DISCOVERY_LOOKUP_MSG};
    m.discovery_lookup.name = (char *)addr;
    m.discovery_lookup.name_len = 3;
    m.discovery_lookup.except = server;
    // The server has ended; vm has not been told yet.
    ck_assert_int_eq(sim_call(sim, client, &m), SIM_BLOCKED);
    sim_kill(sim, server);
    ck_assert_uint_eq(sim_find(sim, client)->replies, 0);
    ck_assert_int_eq(serve(next, "fs"), OK);
    ck_assert_int_eq(sim_answer(sim, client, &m), OK);
    ck_assert_int_eq(m.discovery_lookup_reply.task, next);
}
END_TEST

START_TEST(lookup_ends_with_its_timeout)
{
    setup();
    task_t found;
    ck_assert_int_eq(lookup(client, "fs", 250, &found), SIM_BLOCKED);
    ck_assert_int_eq(lookup(server, "nobody", UINT32_MAX, &found), SIM_BLOCKED);
    struct message m;
    sim_advance(sim, 249999999);
    ck_assert_int_eq(sim_answer(sim, client, &m), SIM_BLOCKED);
    sim_advance(sim, 1);
    ck_assert_int_eq(sim_answer(sim, client, &m), ERR_TIMEOUT);
    ck_assert_int_eq(sim_answer(sim, server, &m), SIM_BLOCKED);
    // A later lookup waits again.
    ck_assert_int_eq(lookup(client, "fs", 250, &found), SIM_BLOCKED);
    sim_kill(sim, client);
    sim_advance(sim, 1000000000);
}
END_TEST

START_TEST(name_is_served_by_one_live_task)
{
    setup();
    task_t second = sim_start(sim, SIM_LIMIT, 0);
    may_serve(second, "fs");
    ck_assert_int_eq(serve(server, "fs"), OK);
    ck_assert_int_eq(serve(second, "fs"), ERR_ALREADY_EXISTS);
    ck_assert_int_eq(serve(server, "fs"), ERR_ALREADY_EXISTS);
    task_t found = 0;
    sim_kill(sim, server);
    ck_assert_int_eq(lookup(client, "fs", 0, &found), SIM_BLOCKED);
    ck_assert_int_eq(serve(second, "fs"), OK);
    struct message m;
    ck_assert_int_eq(sim_answer(sim, client, &m), OK);
    ck_assert_int_eq(m.discovery_lookup_reply.task, second);
}
END_TEST

START_TEST(suite_says_who_may_serve_what)
{
    setup();
    ck_assert_int_eq(serve(client, "fs"), ERR_NOT_PERMITTED);
    ck_assert_int_eq(serve(server, "f"), ERR_NOT_PERMITTED);
    ck_assert_int_eq(serve(server, "fs2"), ERR_NOT_PERMITTED);
    ck_assert_int_eq(serve(server, "*"), ERR_NOT_PERMITTED);
    task_t any = sim_start(sim, SIM_LIMIT, 0);
    may_serve(any, "*");
    ck_assert_int_eq(serve(any, "fs"), OK);
    ck_assert_int_eq(serve(server, "fs"), ERR_ALREADY_EXISTS);
    // The next task in the slot does not inherit the right.
    task_t slot = TASK_SLOT(any);
    sim_kill(sim, any);
    task_t next = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(TASK_SLOT(next), slot);
    ck_assert_int_eq(serve(next, "fs"), ERR_NOT_PERMITTED);
}
END_TEST

START_TEST(names_of_a_task_are_bounded)
{
    setup();
    may_serve(server, "*");
    char name[16];
    for (unsigned i = 0; i < VM_MAX_NAMES - 1; i++) {
        snprintf(name, sizeof(name), "name%u", i);
        ck_assert_int_eq(serve(server, name), OK);
    }
    ck_assert_int_eq(serve(server, "one too many"), ERR_NO_MEMORY);
    may_serve(server, "name1"); // this name is known already
    ck_assert_uint_eq(sim->logs, 0);
    ck_assert_int_eq(serve(server, "fs"), OK);
    may_serve(server, "left out");
    ck_assert_uint_eq(sim->logs, 1);
    may_serve(server, "");
    may_serve(999, "x");
    char unterminated[65];
    memset(unterminated, 'x', 64);
    unterminated[64] = '\0';
    may_serve(server, unterminated);
    ck_assert_uint_eq(sim->logs, 4);
}
END_TEST

START_TEST(names_are_printable_utf8)
{
    setup();
    may_serve(server, "*");
#define X15 "xxxxxxxxxxxxxxx"
    const struct {
        const char *name;
        size_t len;
        int err;
    } rows[] = {
        {"", 0, ERR_INVALID_ARG},
        {"", 1, ERR_INVALID_ARG},
        {"a\0b", 4, ERR_INVALID_ARG},
        {"a", 1, OK}, // the length does not include a NUL
        {X15 X15 X15 X15 "123", 64, OK},
        {X15 X15 X15 X15 "1234", 64, ERR_INVALID_ARG},
        {X15 X15 X15 X15 "1234", 65, ERR_INVALID_ARG},
        {"d\xc3\xa4mon \xe2\x82\xac \xf0\x9f\x90\x89", 16, OK},
        {"\x1b[2J", 5, ERR_INVALID_ARG},
        {"a\n", 3, ERR_INVALID_ARG},
        {"\x7f", 2, ERR_INVALID_ARG},
        {"\xc2\x85", 3, ERR_INVALID_ARG}, // a control character
        {"\xe2\x80\xae"
         "abc",
         7, ERR_INVALID_ARG},                 // changes the direction of the text
        {"\xe2\x80\x8b", 4, ERR_INVALID_ARG}, // a character without width
        {"\x80", 2, ERR_INVALID_ARG},
        {"\xff", 2, ERR_INVALID_ARG},
        {"\xc3(", 3, ERR_INVALID_ARG},
        {"\xc3", 2, ERR_INVALID_ARG}, // an incomplete character
        {"\xe2\x82", 3, ERR_INVALID_ARG},
        {"\xf0\x9f\x90", 3, ERR_INVALID_ARG},
        {"\xc0\xaf", 3, ERR_INVALID_ARG}, // an overlong encoding
        {"\xe0\x80\xaf", 4, ERR_INVALID_ARG},
        {"\xed\xa0\x80", 4, ERR_INVALID_ARG},     // a surrogate
        {"\xf4\x90\x80\x80", 5, ERR_INVALID_ARG}, // beyond the last code point
        {"\xf8\x88\x80\x80\x80", 6, ERR_INVALID_ARG},
        {"\xef\xbf\xbf", 4, ERR_INVALID_ARG},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct message m;
        int err = sim_string_call(sim, server, DISCOVERY_SERVE_MSG, rows[i].name, rows[i].len, &m);
        ck_assert_msg(err == rows[i].err, "serve row %zu: %d", i, err);
        err = sim_string_call(sim, client, DISCOVERY_LOOKUP_MSG, rows[i].name, rows[i].len, &m);
        ck_assert_msg(err == rows[i].err, "lookup row %zu: %d", i, err);
    }
    struct message m = {.type = DISCOVERY_SERVE_MSG};
    m.discovery_serve.name = (char *)sim_addr(server, SIM_MEM - 2);
    m.discovery_serve.name_len = 4096;
    ck_assert_int_eq(sim_call(sim, server, &m), ERR_INVALID_ARG);
    m.type = DISCOVERY_SERVE_MSG;
    m.discovery_serve.name = (char *)sim_addr(server, SIM_MEM - 2);
    m.discovery_serve.name_len = 3;
    ck_assert_int_eq(sim_call(sim, server, &m), ERR_INVALID_ARG);
}
END_TEST

// --- Memory -------------------------------------------------------------------------------------

static int shm(task_t task, int type, size_t arg, struct message *m)
{
    memset(m, 0, sizeof(*m));
    m->type = type;
    if (type == SHM_CREATE_MSG)
        m->shm_create.size = arg;
    else
        m->shm_map.shm_id = (int)arg;
    return sim_call(sim, task, m);
}

START_TEST(shm_is_shared_by_its_id)
{
    setup();
    struct message m;
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, 5000, &m), OK);
    int id = m.shm_create_reply.shm_id;
    ck_assert_int_gt(id, 0);
    ck_assert_uint_eq(sim->memfd_size, 8192);
    ck_assert_int_eq(shm(client, SHM_MAP_MSG, (size_t)id, &m), OK);
    ck_assert_uint_eq(m.shm_map_reply.vaddr, 8192);
    ck_assert_uint_eq(m.shm_map_reply.len, 8192);
    ck_assert_int_eq(sim_find(sim, client)->reply_fd, 101); // the read-only descriptor
    memset(&m, 0, sizeof(m));
    m.type = SHM_MAP_MSG;
    m.shm_map.shm_id = id;
    memset(&m.shm_map.writable, 0xff, 1); // not a valid bool, but true
    ck_assert_int_eq(sim_call(sim, client, &m), OK);
    ck_assert_uint_eq(m.shm_map_reply.vaddr, 8192 | 1);
    ck_assert_int_eq(sim_find(sim, client)->reply_fd, 100);
    ck_assert_int_eq(shm(client, SHM_CLOSE_MSG, (size_t)id, &m), ERR_NOT_PERMITTED);
    ck_assert_int_eq(shm(server, SHM_CLOSE_MSG, (size_t)id, &m), OK);
    ck_assert_int_eq(shm(server, SHM_CLOSE_MSG, (size_t)id, &m), ERR_NOT_FOUND);
    ck_assert_int_eq(shm(client, SHM_MAP_MSG, (size_t)id, &m), ERR_NOT_FOUND);
    ck_assert_int_eq(sim->open_fds, 0);
}
END_TEST

START_TEST(shm_checks_sizes_ids_and_limits)
{
    setup();
    struct message m;
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, 0, &m), ERR_INVALID_ARG);
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, (1ull << 30) + 1, &m), ERR_TOO_LARGE);
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, SIZE_MAX, &m), ERR_TOO_LARGE);
    const int ids[] = {0, -1, INT32_MIN, INT32_MAX, 1};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        ck_assert_int_eq(shm(server, SHM_MAP_MSG, (size_t)ids[i], &m), ERR_NOT_FOUND);
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, 1ull << 30, &m), OK);
    // One task may have no more.
    ck_assert_int_eq(shm(server, SHM_CREATE_MSG, 1, &m), ERR_NO_MEMORY);
    sim->random_is_stuck = true;
    for (unsigned i = 0; i < VM_MAX_TASK_SEGMENTS; i++)
        ck_assert_int_eq(shm(client, SHM_CREATE_MSG, 1, &m), OK);
    ck_assert_int_eq(shm(client, SHM_CREATE_MSG, 1, &m), ERR_NO_MEMORY);
    sim_kill(sim, client);
    ck_assert_int_eq(sim->open_fds, 2);
    for (unsigned n = 1; n < VM_MAX_SEGMENTS;) {
        task_t task = sim_start(sim, SIM_LIMIT, 0);
        for (unsigned i = 0; i < VM_MAX_TASK_SEGMENTS && n < VM_MAX_SEGMENTS; i++, n++)
            ck_assert_int_eq(shm(task, SHM_CREATE_MSG, 1, &m), OK);
    }
    task_t last = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(shm(last, SHM_CREATE_MSG, 1, &m), ERR_NO_MEMORY);
    sim_kill_all(sim);
    ck_assert_int_eq(sim->open_fds, 0);
    last = sim_start(sim, SIM_LIMIT, 0);
    sim->memfd_error = ERR_UNAVAILABLE;
    ck_assert_int_eq(shm(last, SHM_CREATE_MSG, 1, &m), ERR_NO_MEMORY);
}
END_TEST

START_TEST(alloc_pages_gives_anonymous_memory)
{
    setup();
    const struct {
        size_t pages;
        paddr_t paddr;
        int err;
    } rows[] = {{1, 4096, ERR_NOT_ACCEPTABLE},
                {0, 0, ERR_INVALID_ARG},
                {SIZE_MAX, 0, ERR_NO_MEMORY},
                {(1 << 18) + 1, 0, ERR_NO_MEMORY},
                {3, 0, OK},
                {(1 << 18) - 2, 0, ERR_NO_MEMORY},
                {(1 << 18) - 3, 0, OK},
                {1, 0, ERR_NO_MEMORY}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct message m = {.type = VM_ALLOC_PAGES_MSG};
        m.vm_alloc_pages.num_pages = rows[i].pages;
        m.vm_alloc_pages.paddr = rows[i].paddr;
        int err = sim_call(sim, client, &m);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
        if (err != OK)
            continue;
        ck_assert_uint_eq(m.vm_alloc_pages_reply.vaddr, rows[i].pages * PAGE_SIZE | 1);
        ck_assert_int_ge(sim_find(sim, client)->reply_fd, 100);
    }
    sim->memfd_error = ERR_UNAVAILABLE;
    struct message m = {.type = VM_ALLOC_PAGES_MSG};
    m.vm_alloc_pages.num_pages = 1;
    ck_assert_int_eq(sim_call(sim, server, &m), ERR_NO_MEMORY);
    ck_assert_int_eq(sim->open_fds, 0);
}
END_TEST

// --- Benchmark ----------------------------------------------------------------------------------

START_TEST(nop_multiplies_any_number)
{
    setup();
    const int values[] = {0, 6, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct message m = {.type = BENCHMARK_NOP_MSG};
        m.benchmark_nop.value = values[i];
        ck_assert_int_eq(sim_call(sim, client, &m), OK);
        ck_assert_int_eq(m.benchmark_nop_reply.value, (int)((unsigned)values[i] * 7));
    }
}
END_TEST

START_TEST(nop_with_ool_answers_into_the_closed_buffer)
{
    setup();
    task_t task = sim_receiver(sim);
    uint64_t held = 0;
    ck_assert_int_eq(sim_place(sim, server, task, 10, 1, &held), OK);
    sim_wait(sim, task, WAIT_CALL, VM_TASK);
    struct message m = {.type = BENCHMARK_NOP_WITH_OOL_MSG};
    m.benchmark_nop_with_ool.data = (void *)sim_addr(task, SIM_SOURCE);
    m.benchmark_nop_with_ool.data_len = 10;
    ck_assert_int_eq(sim_call(sim, task, &m), OK);
    ck_assert_uint_eq(m.benchmark_nop_with_ool_reply.data_len, 7);
    uint64_t id = (uintptr_t)m.benchmark_nop_with_ool_reply.data;
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, task, VM_TASK, id, 7, &at), OK);
    ck_assert_mem_eq(sim_mem(sim, task, at), "reply!", 7);
    sim_expect(sim, task, server, held, 10, 1);
}
END_TEST

START_TEST(nop_with_ool_has_an_error_for_everything)
{
    setup();
    struct message m = {.type = BENCHMARK_NOP_WITH_OOL_MSG};
    ck_assert_int_eq(sim_call(sim, client, &m), ERR_WOULD_BLOCK); // the task has no buffer
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    m.benchmark_nop_with_ool.data = (void *)UINTPTR_MAX;
    m.benchmark_nop_with_ool.data_len = SIZE_MAX;
    ck_assert_int_eq(sim_call(sim, client, &m), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_register(sim, client, OOL_REGION_SINGLE, sim_addr(client, 9), 6), OK);
    memset(&m, 0, sizeof(m));
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    ck_assert_int_eq(sim_call(sim, client, &m), ERR_TOO_LARGE);
    ck_assert_int_eq(sim_register(sim, client, OOL_REGION_SINGLE, sim_addr(client, 0), 7), OK);
    sim_protect(sim, client, sim_addr(client, 0), PAGE_SIZE, SIM_READ);
    m.type = BENCHMARK_NOP_WITH_OOL_MSG;
    ck_assert_int_eq(sim_call(sim, client, &m), ERR_ABORTED);
}
END_TEST

SIM_MAIN("vm_service", lookup_finds_the_server_or_waits_for_it,
         lookup_looks_past_a_server_that_is_named, lookup_ends_with_its_timeout,
         name_is_served_by_one_live_task, suite_says_who_may_serve_what,
         names_of_a_task_are_bounded, names_are_printable_utf8, shm_is_shared_by_its_id,
         shm_checks_sizes_ids_and_limits, alloc_pages_gives_anonymous_memory,
         nop_multiplies_any_number, nop_with_ool_answers_into_the_closed_buffer,
         nop_with_ool_has_an_error_for_everything)
