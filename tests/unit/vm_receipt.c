// Tests receipts: what a receiver finds in its own memory when a message names a payload, how it
// tells that it has copied the payload out, and what it finds when vm has taken the buffer away.
#include "vm_sim.h"

#define MS 1000000ull

static struct sim *sim;
static task_t dst, a, b;

static void setup(void)
{
    sim = sim_new();
    dst = sim_receiver(sim);
    a = sim_start(sim, SIM_LIMIT, 0);
    b = sim_start(sim, SIM_LIMIT, 0);
}

START_TEST(receipt_says_what_was_placed)
{
    setup();
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.count = 3;
    m.ool_send.addr = m.ool_send.addr2 = m.ool_send.addr3 = sim_addr(a, SIM_SOURCE);
    m.ool_send.len2 = 9;
    m.ool_send.len3 = 100;
    sim_fill(sim, a, m.ool_send.addr, 100, 4);
    memset(sim_mem(sim, dst, sim_addr(dst, PAGE_SIZE)), 0xee, PAGE_SIZE);
    ck_assert_int_eq(sim_call(sim, a, &m), OK);
    const struct ool_receipt *receipt = sim_receipt(sim, dst, a, m.ool_send_reply.id);
    ck_assert(receipt);
    ck_assert_uint_eq(receipt->count, 3);
    // The first payload is empty, so the receipt is written separately.
    ck_assert_uint_eq(receipt->lens[0], 0);
    ck_assert_uint_eq(receipt->lens[1], 9);
    ck_assert_uint_eq(receipt->lens[2], 100);
    ck_assert_uint_eq(receipt->lens[3], 0);
    ck_assert_uint_eq(receipt->reserved[0] | receipt->reserved[1], 0);
    ck_assert(sim_has(sim, dst, sim_buffer(dst, OOL_OPEN) + 16, 9, 4));
    ck_assert_uint_eq(sim_mem(sim, dst, sim_buffer(dst, OOL_OPEN))[0], 0xee);
}
END_TEST

START_TEST(receipt_of_nothing_is_written_too)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_send(sim, a, dst, 0, 0, 0, &id), OK);
    ck_assert(sim_take(sim, dst, a, id, 0, 0));
    // If the receipt cannot be written, the payload is not placed.
    sim_protect(sim, dst, sim_addr(dst, PAGE_SIZE), PAGE_SIZE, SIM_READ);
    ck_assert_int_eq(sim_send(sim, a, dst, 0, 0, 0, &id), ERR_ABORTED);
}
END_TEST

START_TEST(receipt_of_a_large_payload_comes_with_its_first_piece)
{
    setup();
    const size_t len = 2 * VM_BOUNCE_LEN + 1;
    dst = sim_start(sim, len, 0);
    ck_assert_int_eq(sim_register(sim, dst, OOL_REGION_STANDING, sim_addr(dst, PAGE_SIZE), len),
                     OK);
    uint64_t id = 0;
    unsigned before = sim->transfers;
    ck_assert_int_eq(sim_place(sim, a, dst, len, 1, NULL), SIM_BLOCKED);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), OK);
    ck_assert_uint_eq(sim->transfers - before, 6); // three pieces, each read and written
    ck_assert(sim_take(sim, dst, a, id, len, 1));
}
END_TEST

START_TEST(vm_gives_a_receipt_for_its_own_payload)
{
    setup();
    struct message m = {.type = BENCHMARK_NOP_WITH_OOL_MSG};
    sim_wait(sim, dst, WAIT_CALL, VM_TASK);
    ck_assert_int_eq(sim_call(sim, dst, &m), OK);
    uint64_t id = (uintptr_t)m.benchmark_nop_with_ool_reply.data;
    const struct ool_receipt *receipt = sim_receipt(sim, dst, VM_TASK, id);
    ck_assert(receipt);
    ck_assert_uint_eq(receipt->lens[0], 7);
    ck_assert_mem_eq(receipt + 1, "reply!", 7);
}
END_TEST

// Only the page tells that the payload was copied out. The next sender finds the buffer free.
START_TEST(buffer_is_free_when_the_page_says_that_it_was_copied_out)
{
    setup();
    uint64_t id = 0;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(sim_place(sim, i & 1 ? b : a, dst, 100, i, &id), OK);
        ck_assert(sim_take(sim, dst, i & 1 ? b : a, id, 100, i));
    }
    ck_assert_int_eq(sim_verify(sim, dst, a, id, 100, NULL), ERR_NOT_FOUND);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
}
END_TEST

START_TEST(announce_serves_those_who_wait_for_what_was_copied_out)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    ck_assert(sim_take(sim, dst, a, id, 10, 1));
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 0);
    ck_assert(sim_take(sim, dst, b, id, 10, 2));
}
END_TEST

static uint64_t copies_out;

static void copy_out_while_publishing(struct sim *s, task_t id, uint32_t count)
{
    // The receiver changes its page after vm has read it, while the count is still 0.
    if (count == 1)
        sim_find(s, id)->copied_out[OOL_OPEN] = copies_out;
}

START_TEST(page_is_looked_at_again_after_the_count_was_published)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &copies_out), OK);
    sim->on_publish = copy_out_while_publishing;
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, &id), OK);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 0);
}
END_TEST

START_TEST(what_was_copied_out_is_not_revoked)
{
    setup();
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_OPEN, 0);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_send(sim, b, dst, 0, 0, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    // No sender is blocked, so the receiver does not notify vm.
    ck_assert(sim_take(sim, dst, a, id, 10, 1));
    sim_advance(sim, 1000 * MS);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
    ck_assert_int_eq(sim_send(sim, b, dst, 0, 0, OOL_NOBLOCK, NULL), OK);
}
END_TEST

// The page has the id of another buffer, of an earlier payload, or of no payload.
START_TEST(page_that_says_anything_else_frees_nothing)
{
    setup();
    uint64_t old = 0;
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &old), OK);
    ck_assert(sim_take(sim, dst, a, old, 10, 1));
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 2, &id), OK);
    const uint64_t said[] = {0, old, id + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        sim_find(sim, dst)->copied_out[OOL_OPEN] = said[i];
        sim_find(sim, dst)->copied_out[OOL_CLOSED] = id;
        ck_assert_int_eq(sim_send(sim, b, dst, 0, 0, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    }
    ck_assert(sim_take(sim, dst, a, id, 10, 2));
}
END_TEST

static size_t before;
static bool withdrawn;

// When a buffer was taken away, the first write to it makes its receipt invalid.
static void look_at_receipt(struct sim *s)
{
    if (s->written_bytes == before + sizeof(uint64_t))
        withdrawn = !sim_receipt(s, dst, a, copies_out);
}

static void expect_withdrawn(void)
{
    withdrawn = false;
    before = sim->written_bytes;
    sim->on_transfer = look_at_receipt;
}

START_TEST(receipt_is_withdrawn_when_a_reservation_is_revoked)
{
    setup();
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_OPEN, 0);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &copies_out), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    expect_withdrawn();
    sim_advance(sim, 100 * MS);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    ck_assert(withdrawn);
    ck_assert(!sim_take(sim, dst, a, copies_out, 10, 1));
    ck_assert_int_eq(sim_verify(sim, dst, a, copies_out, 10, NULL), ERR_TRY_AGAIN);
    ck_assert(sim_take(sim, dst, b, id, 10, 2));
}
END_TEST

START_TEST(receipt_is_withdrawn_when_the_dead_give_way)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &copies_out), OK);
    sim_kill(sim, a);
    ck_assert(sim_receipt(sim, dst, a, copies_out)); // its message may be under way
    expect_withdrawn();
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, &id), OK);
    ck_assert(withdrawn);
    ck_assert(!sim_take(sim, dst, a, copies_out, 10, 1));
    ck_assert(sim_take(sim, dst, b, id, 10, 2));
}
END_TEST

START_TEST(receipt_is_withdrawn_when_the_wait_is_over)
{
    setup();
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &copies_out), OK);
    sim_wait(sim, dst, WAIT_RECV, b);
    expect_withdrawn();
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, &id), OK);
    ck_assert(withdrawn);
    ck_assert_int_eq(sim_verify(sim, dst, a, copies_out, 10, NULL), ERR_TRY_AGAIN);
    ck_assert(sim_take(sim, dst, b, id, 10, 2));
}
END_TEST

// If the receipt cannot be made invalid, nothing else is written either.
START_TEST(receipt_that_cannot_be_withdrawn_keeps_its_payload)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 5000, 1, &copies_out), OK);
    sim_kill(sim, a);
    sim_protect(sim, dst, sim_addr(dst, PAGE_SIZE), PAGE_SIZE, SIM_READ);
    for (unsigned i = 0; i < 2; i++) {
        size_t written = sim->written_bytes;
        ck_assert_int_eq(sim_place(sim, b, dst, 5000, 2, &id), ERR_ABORTED);
        ck_assert_uint_eq(sim->written_bytes, written);
    }
    sim_protect(sim, dst, sim_addr(dst, PAGE_SIZE), PAGE_SIZE, SIM_READ | SIM_WRITE);
    expect_withdrawn();
    ck_assert_int_eq(sim_place(sim, b, dst, 5000, 2, &id), OK);
    ck_assert(withdrawn);
    ck_assert(sim_take(sim, dst, b, id, 5000, 2));
}
END_TEST

// A single buffer uses all of the registered memory, so there is no room for a receipt.
START_TEST(single_buffer_has_no_receipt)
{
    setup();
    task_t one = sim_start(sim, SIM_LIMIT, 0);
    vaddr_t addr = sim_addr(one, PAGE_SIZE);
    uint64_t id = 0;
    memset(sim_mem(sim, one, addr - 64), 0xee, 64);
    ck_assert_int_eq(sim_register(sim, one, OOL_REGION_SINGLE, addr, 500), OK);
    ck_assert_int_eq(sim_place(sim, a, one, 500, 0, &id), OK);
    for (unsigned i = 0; i < 64; i++)
        ck_assert_uint_eq(sim_mem(sim, one, addr - 64)[i], 0xee);
    sim_find(sim, one)->copied_out[OOL_OPEN] = id; // has no effect for a single buffer
    ck_assert_int_eq(sim_send(sim, b, one, 0, 0, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    sim_expect(sim, one, a, id, 500, 0);
}
END_TEST

SIM_MAIN("vm_receipt", receipt_says_what_was_placed, receipt_of_nothing_is_written_too,
         receipt_of_a_large_payload_comes_with_its_first_piece,
         vm_gives_a_receipt_for_its_own_payload,
         buffer_is_free_when_the_page_says_that_it_was_copied_out,
         announce_serves_those_who_wait_for_what_was_copied_out,
         page_is_looked_at_again_after_the_count_was_published, what_was_copied_out_is_not_revoked,
         page_that_says_anything_else_frees_nothing,
         receipt_is_withdrawn_when_a_reservation_is_revoked,
         receipt_is_withdrawn_when_the_dead_give_way, receipt_is_withdrawn_when_the_wait_is_over,
         receipt_that_cannot_be_withdrawn_keeps_its_payload, single_buffer_has_no_receipt)
