// Tests ool.send and ool.verify without concurrency: what is accepted, where payloads are placed,
// and what is refused. Tables give sizes and addresses (threats 1, 2, 3, 11).
#include "vm_sim.h"

static struct sim *sim;
static task_t src, dst;

static void setup(void)
{
    sim = sim_new();
    dst = sim_receiver(sim);
    src = sim_start(sim, SIM_LIMIT, 0);
}

START_TEST(ool_send_places_the_bytes_and_verify_says_where)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, src, dst, 5000, 1, &id), OK);
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, dst, src, id, 5000, &at), OK);
    ck_assert_uint_eq(at, sim_buffer(dst, OOL_OPEN));
    ck_assert(sim_has(sim, dst, at, 5000, 1));
}
END_TEST

START_TEST(ool_send_needs_an_honest_destination)
{
    setup();
    task_t dead = sim_receiver(sim);
    sim_kill(sim, dead);
    const task_t bad[] = {0,
                          -1,
                          INT32_MIN,
                          INT32_MAX,
                          src,
                          VM_TASK,
                          dead,
                          TASK_MAKE(1, 2),
                          1000,
                          TASK_MAKE(0, 1023),
                          TASK_MAKE(5, 0),
                          TASK_MAKE(5, 1)};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int err = sim_send(sim, src, bad[i], sim_addr(src, SIM_SOURCE), 8, 0, NULL);
        ck_assert_msg(err == ERR_INVALID_TASK, "task %d: %d", bad[i], err);
    }
    ck_assert_uint_eq(sim->transfers, 0);
}
END_TEST

START_TEST(ool_send_needs_a_channel)
{
    setup();
    task_t stranger = sim_start(sim, SIM_LIMIT, RIGHT_DESTROY | RIGHT_LAUNCH);
    sim->strangers[0] = stranger;
    sim->strangers[1] = dst;
    vaddr_t from = sim_addr(stranger, SIM_SOURCE);
    uint64_t id = 0;
    ck_assert_int_eq(sim_send(sim, stranger, dst, from, 8, 0, NULL), ERR_NOT_PERMITTED);
    ck_assert_int_eq(sim_send(sim, stranger, dst, from, 8, OOL_NOBLOCK, NULL), ERR_NOT_PERMITTED);
    ck_assert_uint_eq(sim->transfers, 0);
    // The stranger is not blocked either, and is in no other sender's way.
    ck_assert_int_eq(sim_place(sim, src, dst, 100, 1, &id), OK);
    ck_assert_int_eq(sim_send(sim, stranger, dst, from, 8, 0, NULL), ERR_NOT_PERMITTED);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 0);
    sim_expect(sim, dst, src, id, 100, 1);
    sim->strangers[0] = 0;
    ck_assert_int_eq(sim_send(sim, stranger, dst, from, 8, 0, &id), OK);
}
END_TEST

START_TEST(ool_send_checks_sizes_and_ranges)
{
    setup();
    const struct {
        vaddr_t addr;
        size_t len;
        int err;
    } rows[] = {
        {sim_addr(src, SIM_SOURCE), SIM_LIMIT - 1, OK},
        {sim_addr(src, SIM_SOURCE), SIM_LIMIT, OK},
        {sim_addr(src, SIM_SOURCE), SIM_LIMIT + 1, ERR_TOO_LARGE},
        {sim_addr(src, SIM_SOURCE), 1ull << 31, ERR_TOO_LARGE},
        {sim_addr(src, SIM_SOURCE), 1ull << 63, ERR_TOO_LARGE},
        {sim_addr(src, SIM_SOURCE), SIZE_MAX - 15, ERR_TOO_LARGE},
        {sim_addr(src, SIM_SOURCE), SIZE_MAX, ERR_TOO_LARGE},
        {sim_addr(src, SIM_SOURCE), 0, OK},
        {0, 0, OK},
        {0, 1, ERR_INVALID_ARG},
        {UINTPTR_MAX, 0, OK},
        {UINTPTR_MAX, 1, ERR_INVALID_ARG},
        {UINTPTR_MAX - 99, 100, ERR_INVALID_ARG},
        {UINTPTR_MAX - 100, 100, ERR_INVALID_ARG}, // no memory is at this address
        {1, 1, ERR_INVALID_ARG},
        {sim_addr(src, SIM_MEM), 1, ERR_INVALID_ARG},
        {sim_addr(src, SIM_MEM - 1), 2, ERR_INVALID_ARG},
        {sim_addr(src, SIM_MEM - 2), 2, OK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t id = 0;
        int err = sim_send(sim, src, dst, rows[i].addr, rows[i].len, 0, &id);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
        if (err == OK)
            ck_assert_int_eq(sim_verify(sim, dst, src, id, rows[i].len, NULL), OK);
    }
}
END_TEST

START_TEST(ool_send_takes_up_to_four_payloads_each_at_its_place)
{
    setup();
    struct message m = {.type = OOL_SEND_MSG};
    const vaddr_t base = sim_addr(src, SIM_SOURCE);
    const size_t lens[] = {15, 0, 16, 1000};
    for (unsigned i = 0; i < 4; i++)
        sim_fill(sim, src, base + i * 4096, lens[i], i);
    m.ool_send.dst = dst;
    m.ool_send.count = 4;
    m.ool_send.addr = base;
    m.ool_send.len = lens[0];
    m.ool_send.len2 = lens[1]; // its address is 0
    m.ool_send.addr3 = base + 2 * 4096;
    m.ool_send.len3 = lens[2];
    m.ool_send.addr4 = base + 3 * 4096;
    m.ool_send.len4 = lens[3];
    memset(sim_mem(sim, dst, sim_buffer(dst, OOL_OPEN)), 0xee, 2000);
    ck_assert_int_eq(sim_call(sim, src, &m), OK);

    struct message v = {.type = OOL_VERIFY_MSG};
    v.ool_verify.src = src;
    v.ool_verify.id = m.ool_send_reply.id;
    v.ool_verify.len = lens[0];
    ck_assert_int_eq(sim_call(sim, dst, &v), OK);
    ck_assert_uint_eq(v.ool_verify_reply.count, 4);
    ck_assert_uint_eq(v.ool_verify_reply.len2, 0);
    ck_assert_uint_eq(v.ool_verify_reply.len3, 16);
    ck_assert_uint_eq(v.ool_verify_reply.len4, 1000);
    // Each payload is followed by one byte and begins at a multiple of 16: they begin at 0, 16, 32
    // and 64.
    vaddr_t at = v.ool_verify_reply.received_at;
    ck_assert(sim_has(sim, dst, at, 15, 0));
    ck_assert(sim_has(sim, dst, at + 32, 16, 2));
    ck_assert(sim_has(sim, dst, at + 64, 1000, 3));
    // Only the payloads were written.
    const uint8_t *bytes = sim_mem(sim, dst, at);
    ck_assert_uint_eq(bytes[15], 0xee);
    ck_assert_uint_eq(bytes[16], 0xee);
    ck_assert_uint_eq(bytes[48], 0xee);
    ck_assert_uint_eq(bytes[1064], 0xee);
}
END_TEST

START_TEST(ool_send_checks_the_sum_and_the_count_of_payloads)
{
    setup();
    const vaddr_t base = sim_addr(src, SIM_SOURCE);
    const struct {
        unsigned count;
        size_t lens[4];
        vaddr_t last;
        int err;
    } rows[] = {
        {0, {10, SIZE_MAX, SIZE_MAX, SIZE_MAX}, 0, OK}, // a count of 0 means 1: one length counts
        {5, {1, 1, 1, 1}, base, ERR_INVALID_ARG},
        {UINT32_MAX, {1, 1, 1, 1}, base, ERR_INVALID_ARG},
        {2, {15, SIM_LIMIT - 16, 0, 0}, base, OK},
        {2, {16, SIM_LIMIT - 16, 0, 0}, base, ERR_TOO_LARGE},
        {2, {SIM_LIMIT, 1, 0, 0}, base, ERR_TOO_LARGE},
        {2, {SIM_LIMIT, 0, 0, 0}, base, ERR_TOO_LARGE}, // it would start after the end
        {2, {1, SIZE_MAX, 0, 0}, base, ERR_TOO_LARGE},
        {4, {1, 1, 1, SIZE_MAX - 50}, base, ERR_TOO_LARGE},
        {2, {1, 1, 0, 0}, 0, ERR_INVALID_ARG},
        {2, {1, 2, 0, 0}, UINTPTR_MAX - 1, ERR_INVALID_ARG},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct message m = {.type = OOL_SEND_MSG};
        m.ool_send.dst = dst;
        m.ool_send.count = rows[i].count;
        m.ool_send.addr = m.ool_send.addr3 = m.ool_send.addr4 = base;
        m.ool_send.addr2 = rows[i].last;
        m.ool_send.len = rows[i].lens[0];
        m.ool_send.len2 = rows[i].lens[1];
        m.ool_send.len3 = rows[i].lens[2];
        m.ool_send.len4 = rows[i].lens[3];
        int err = sim_call(sim, src, &m);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
        if (err == OK)
            ck_assert_int_eq(sim_verify(sim, dst, src, m.ool_send_reply.id, rows[i].lens[0], NULL),
                             OK);
    }
}
END_TEST

// A payload that can never be placed must not be blocked. The answer does not depend on the
// registered memory.
START_TEST(ool_send_checks_before_it_blocks)
{
    setup();
    task_t bare = sim_start(sim, SIM_LIMIT, 0);
    const vaddr_t base = sim_addr(src, SIM_SOURCE);
    ck_assert_int_eq(sim_send(sim, src, bare, base, SIM_LIMIT + 1, 0, NULL), ERR_TOO_LARGE);
    ck_assert_int_eq(sim_send(sim, src, bare, UINTPTR_MAX, 2, 0, NULL), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_send(sim, src, bare, 0, 2, 0, NULL), ERR_INVALID_ARG);
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = bare;
    m.ool_send.count = 2;
    m.ool_send.addr = m.ool_send.addr2 = base;
    m.ool_send.len = 16;
    m.ool_send.len2 = SIM_LIMIT - 16;
    ck_assert_int_eq(sim_call(sim, src, &m), ERR_TOO_LARGE);
    ck_assert_uint_eq(sim->transfers, 0);
}
END_TEST

START_TEST(ool_send_refuses_unknown_flags)
{
    setup();
    for (unsigned flags = 2; flags; flags <<= 1)
        ck_assert_int_eq(sim_send(sim, src, dst, 0, 0, flags, NULL), ERR_INVALID_ARG);
}
END_TEST

// A hole at each page of the source, and a page that cannot be written at each page of the buffer.
START_TEST(ool_send_delivers_nothing_when_a_page_is_missing)
{
    setup();
    const size_t len = 5 * PAGE_SIZE;
    const vaddr_t from = sim_addr(src, SIM_SOURCE + 7);
    const vaddr_t to = sim_buffer(dst, OOL_OPEN);
    for (size_t page = 0; page <= 5; page++) {
        for (unsigned side = 0; side < 2; side++) {
            task_t who = side ? dst : src;
            vaddr_t hole = ALIGN_DOWN(side ? to : from, PAGE_SIZE) + page * PAGE_SIZE;
            sim_protect(sim, who, hole, PAGE_SIZE, side ? SIM_READ : SIM_NONE);
            uint64_t id = 0;
            int err = sim_send(sim, src, dst, from, len, 0, &id);
            sim_copy(sim);
            if (err == SIM_BLOCKED)
                err = sim_placed(sim, src, &id);
            ck_assert_int_eq(err, side ? ERR_ABORTED : ERR_INVALID_ARG);
            sim_protect(sim, who, hole, PAGE_SIZE, SIM_READ | SIM_WRITE);

            // The buffer is free even so.
            ck_assert_int_eq(sim_place(sim, src, dst, len, 3, &id), OK);
            sim_expect(sim, dst, src, id, len, 3);
        }
    }
}
END_TEST

START_TEST(ool_send_reads_up_to_the_last_byte_before_a_hole)
{
    setup();
    const vaddr_t end = sim_addr(src, SIM_SOURCE + 4 * PAGE_SIZE);
    sim_protect(sim, src, end, PAGE_SIZE, SIM_NONE);
    for (size_t len = 4094; len <= 4098; len++) {
        uint64_t id = 0;
        ck_assert_int_eq(sim_send(sim, src, dst, end - len, len, 0, &id), OK);
        ck_assert_int_eq(sim_verify(sim, dst, src, id, len, NULL), OK);
        ck_assert_int_eq(sim_send(sim, src, dst, end - len + 1, len, 0, &id), ERR_INVALID_ARG);
    }
}
END_TEST

START_TEST(ool_send_never_writes_over_the_byte_for_the_nul)
{
    setup();
    vaddr_t at = sim_buffer(dst, OOL_OPEN);
    *sim_mem(sim, dst, at + SIM_LIMIT) = 0xaa;
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, src, dst, SIM_LIMIT, 9, &id), OK);
    ck_assert_uint_eq(*sim_mem(sim, dst, at + SIM_LIMIT), 0xaa);
    sim_expect(sim, dst, src, id, SIM_LIMIT, 9);
}
END_TEST

START_TEST(ool_recv_checks_the_range)
{
    setup();
    task_t task = sim_start(sim, SIM_LIMIT, 0);
    vaddr_t addr = sim_addr(task, PAGE_SIZE);
    const vaddr_t top = UINTPTR_MAX - PAGE_SIZE + 1;
    const struct {
        unsigned region;
        vaddr_t addr;
        size_t len;
        int err;
    } rows[] = {
        {OOL_REGION_STANDING, 0, 1, ERR_INVALID_ARG},
        {OOL_REGION_STANDING, addr, 0, ERR_INVALID_ARG},
        {OOL_REGION_STANDING, addr + 8, 1, ERR_INVALID_ARG},
        {OOL_REGION_STANDING, addr, SIM_LIMIT, OK},
        {OOL_REGION_STANDING, addr, SIM_LIMIT + 1, ERR_TOO_LARGE},
        {OOL_REGION_STANDING, addr, SIZE_MAX, ERR_TOO_LARGE},
        {OOL_REGION_STANDING, top, 1, ERR_INVALID_ARG},
        {OOL_REGION_STANDING, top - PAGE_SIZE, 1, ERR_INVALID_ARG},
        {OOL_REGION_STANDING, top - 2 * PAGE_SIZE, PAGE_SIZE - 65, OK},
        {OOL_REGION_STANDING, top - 2 * PAGE_SIZE, PAGE_SIZE - 64, ERR_INVALID_ARG},
        {OOL_REGION_SINGLE, 0, 1, ERR_INVALID_ARG},
        {OOL_REGION_SINGLE, addr + 8, 1, OK},
        {OOL_REGION_SINGLE, addr, 0, ERR_INVALID_ARG},
        {OOL_REGION_SINGLE, UINTPTR_MAX - 1, 1, ERR_INVALID_ARG},
        {OOL_REGION_SINGLE, UINTPTR_MAX, SIM_LIMIT, ERR_INVALID_ARG},
        {OOL_REGION_SHARED, addr + 8, 1, ERR_INVALID_ARG},
        {OOL_REGION_SHARED, addr, SIM_LIMIT, OK},
        {OOL_REGION_SHARED, addr, SIM_LIMIT + 1, ERR_TOO_LARGE},
        {OOL_REGION_SHARED + 1, addr, 1, ERR_INVALID_ARG},
        {UINT32_MAX, addr, 1, ERR_INVALID_ARG},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int err = sim_register(sim, task, rows[i].region, rows[i].addr, rows[i].len);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
    }
}
END_TEST

START_TEST(verify_needs_the_right_receiver_source_id_and_length)
{
    setup();
    task_t other = sim_receiver(sim);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, src, dst, 100, 1, &id), OK);
    ck_assert_int_eq(sim_verify(sim, other, src, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_verify(sim, src, src, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_verify(sim, dst, other, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_verify(sim, dst, VM_TASK, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_verify(sim, dst, src, id + 1, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_verify(sim, dst, src, 0, 100, NULL), ERR_NOT_FOUND);
    sim_expect(sim, dst, src, id, 100, 1);
    // Each id is valid once.
    ck_assert_int_eq(sim_verify(sim, dst, src, id, 100, NULL), ERR_NOT_FOUND);
}
END_TEST

// The message has a false length and is dropped. The buffer must become free.
START_TEST(verify_of_a_wrong_length_frees_the_buffer)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, src, dst, 100, 1, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, src, id, 101, NULL), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_verify(sim, dst, src, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(sim_place(sim, src, dst, 100, 2, &id), OK);
    sim_expect(sim, dst, src, id, 100, 2);
}
END_TEST

START_TEST(ids_are_new_and_say_nothing_of_addresses)
{
    setup();
    uint64_t seen[64];
    for (unsigned i = 0; i < 64; i++) {
        ck_assert_int_eq(sim_place(sim, src, dst, 8, i, &seen[i]), OK);
        sim_expect(sim, dst, src, seen[i], 8, i);
        ck_assert(seen[i] != 0);
        for (unsigned k = 0; k < i; k++)
            ck_assert(seen[k] != seen[i]);
    }
}
END_TEST

// Even if the numbers are not random, no two payloads have the same id.
START_TEST(ids_differ_when_the_random_numbers_do_not)
{
    setup();
    task_t other = sim_start(sim, SIM_LIMIT, 0);
    sim->random_is_stuck = true;
    sim->random = 0; // an id of 0 would mean that there is none
    uint64_t open_id = 0;
    uint64_t closed_id = 0;
    ck_assert_int_eq(sim_place(sim, src, dst, 8, 1, &open_id), OK);
    sim_wait(sim, dst, WAIT_RECV, other);
    ck_assert_int_eq(sim_place(sim, other, dst, 8, 2, &closed_id), OK);
    ck_assert(open_id != 0 && closed_id != 0 && open_id != closed_id);
    sim_expect(sim, dst, other, closed_id, 8, 2);
    sim_expect(sim, dst, src, open_id, 8, 1);

    // A new payload and a revoked one have different ids too.
    uint64_t old = 0;
    sim_wait(sim, dst, WAIT_RECV, src);
    ck_assert_int_eq(sim_place(sim, src, dst, 8, 3, &old), OK);
    sim_wait(sim, dst, WAIT_RECV, src);
    ck_assert_int_eq(sim_place(sim, src, dst, 8, 4, &closed_id), OK);
    ck_assert(old != closed_id);
    ck_assert_int_eq(sim_verify(sim, dst, src, old, 8, NULL), ERR_TRY_AGAIN);
    sim_expect(sim, dst, src, closed_id, 8, 4);
}
END_TEST

// Threat 21: an answer has its fields, and zeros elsewhere.
START_TEST(answers_carry_no_stray_byte)
{
    setup();
    struct message m;
    memset(&m, 0xff, sizeof(m));
    m.type = OOL_SEND_MSG;
    m.ool_send.dst = dst;
    m.ool_send.addr = sim_addr(src, SIM_SOURCE);
    m.ool_send.len = 8;
    m.ool_send.count = 1;
    m.ool_send.flags = 0;
    ck_assert_int_eq(sim_call(sim, src, &m), OK);
    for (size_t i = sizeof(m.ool_send_reply); i < sizeof(m.raw); i++)
        ck_assert_uint_eq(m.raw[i], 0);
    memset(&m, 0xff, sizeof(m));
    ck_assert_int_eq(sim_call(sim, src, &m), ERR_NOT_ACCEPTABLE);
    for (size_t i = 0; i < sizeof(m.raw); i++)
        ck_assert_uint_eq(m.raw[i], 0);
}
END_TEST

SIM_MAIN("vm_ool", ool_send_places_the_bytes_and_verify_says_where,
         ool_send_needs_an_honest_destination, ool_send_needs_a_channel,
         ool_send_checks_sizes_and_ranges, ool_send_takes_up_to_four_payloads_each_at_its_place,
         ool_send_checks_the_sum_and_the_count_of_payloads, ool_send_checks_before_it_blocks,
         ool_send_refuses_unknown_flags, ool_send_delivers_nothing_when_a_page_is_missing,
         ool_send_reads_up_to_the_last_byte_before_a_hole,
         ool_send_never_writes_over_the_byte_for_the_nul, ool_recv_checks_the_range,
         verify_needs_the_right_receiver_source_id_and_length,
         verify_of_a_wrong_length_frees_the_buffer, ids_are_new_and_say_nothing_of_addresses,
         ids_differ_when_the_random_numbers_do_not, answers_carry_no_stray_byte)
