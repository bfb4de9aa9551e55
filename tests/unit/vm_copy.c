// Copies: large ones take turns; a payload arrives whole or not at all; a copy is cancelled when
// one of its tasks ends (threats 8, 11, 12, 19).
#include "vm_sim.h"

#define BIG (3 * (size_t)VM_BOUNCE_LEN - 5000)

static struct sim *sim;
static task_t dst, dst2, a, b, c;

static task_t start_big_receiver(void)
{
    task_t task = sim_start(sim, BIG, 0);
    ck_assert_int_eq(sim_register(sim, task, OOL_REGION_STANDING, sim_addr(task, PAGE_SIZE), BIG),
                     OK);
    return task;
}

static void setup(void)
{
    sim = sim_new();
    dst = start_big_receiver();
    dst2 = start_big_receiver();
    a = sim_start(sim, SIM_LIMIT, 0);
    b = sim_start(sim, SIM_LIMIT, 0);
    c = sim_start(sim, SIM_LIMIT, 0);
}

START_TEST(copy_up_to_the_bounce_size_is_done_at_once)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, VM_BOUNCE_LEN, 1, &id), OK);
    sim_expect(sim, dst, a, id, VM_BOUNCE_LEN, 1);
    ck_assert_int_eq(sim_place(sim, a, dst, VM_BOUNCE_LEN + 1, 2, &id), SIM_BLOCKED);
    ck_assert_uint_eq(sim->read_bytes, VM_BOUNCE_LEN);
    ck_assert(vm_copy_pending(sim->vm));
}
END_TEST

START_TEST(large_copies_take_turns_and_small_ones_are_not_held_up)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, b, dst2, 10, 2, NULL), SIM_BLOCKED);
    size_t before = sim->read_bytes;
    vm_copy_step(sim->vm);
    ck_assert_uint_eq(sim->read_bytes - before, VM_BOUNCE_LEN);
    vm_copy_step(sim->vm);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    sim_expect(sim, dst2, b, id, 10, 2);
    // vm answers other requests between two pieces.
    struct message m = {.type = BENCHMARK_NOP_MSG};
    m.benchmark_nop.value = 6;
    ck_assert_int_eq(sim_call(sim, c, &m), OK);
    ck_assert_int_eq(m.benchmark_nop_reply.value, 42);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), OK);
    sim_expect(sim, dst, a, id, BIG, 1);
    ck_assert(!vm_copy_pending(sim->vm));
    vm_copy_step(sim->vm); // no error if there is nothing to copy
}
END_TEST

START_TEST(copy_is_verified_only_when_the_last_byte_is_there)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, &id), SIM_BLOCKED);
    vm_copy_step(sim->vm);
    for (uint64_t guess = 0; guess < 4; guess++)
        ck_assert_int_eq(sim_verify(sim, dst, a, guess, BIG, NULL), ERR_NOT_FOUND);
    ck_assert_uint_eq(sim_find(sim, a)->replies, 0);
}
END_TEST

START_TEST(large_copy_fails_as_a_whole_wherever_a_page_is_missing)
{
    setup();
    const vaddr_t from = sim_addr(a, SIM_SOURCE);
    const vaddr_t to = sim_addr(dst, PAGE_SIZE); // the place of the receipt
    uint64_t id = 0;
    for (size_t page = 0; page < BIG / PAGE_SIZE; page += 7) {
        for (unsigned side = 0; side < 2; side++) {
            task_t who = side ? dst : a;
            vaddr_t hole = (side ? to : from) + page * PAGE_SIZE;
            sim_protect(sim, who, hole, PAGE_SIZE, SIM_NONE);
            ck_assert_int_eq(sim_send(sim, a, dst, from, BIG, 0, NULL), SIM_BLOCKED);
            sim_copy(sim);
            ck_assert_int_eq(sim_placed(sim, a, &id), side ? ERR_ABORTED : ERR_INVALID_ARG);
            sim_protect(sim, who, hole, PAGE_SIZE, SIM_READ | SIM_WRITE);
        }
    }
    ck_assert_int_eq(sim_place(sim, b, dst, BIG, 2, NULL), SIM_BLOCKED);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    sim_expect(sim, dst, b, id, BIG, 2);
}
END_TEST

START_TEST(blocked_senders_are_served_when_a_copy_fails)
{
    setup();
    uint64_t id = 0;
    sim_protect(sim, a, sim_addr(a, SIM_SOURCE + VM_BOUNCE_LEN + PAGE_SIZE), PAGE_SIZE, SIM_NONE);
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    sim_expect(sim, dst, b, id, 10, 2);
}
END_TEST

START_TEST(sender_that_dies_in_its_copy_frees_the_buffer)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    vm_copy_step(sim->vm);
    sim_kill(sim, a);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    sim_copy(sim);
    sim_expect(sim, dst, b, id, 10, 2);
    ck_assert_uint_eq(vm_stats(sim->vm).dropped, 1);
}
END_TEST

START_TEST(receiver_that_dies_in_a_copy_aborts_it_and_all_who_are_blocked)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, b, dst, BIG, 2, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, c, dst, 10, 3, NULL), SIM_BLOCKED);
    vm_copy_step(sim->vm);
    sim_kill(sim, dst);
    ck_assert_int_eq(sim_placed(sim, a, &id), ERR_ABORTED);
    ck_assert_int_eq(sim_placed(sim, b, &id), ERR_ABORTED);
    ck_assert_int_eq(sim_placed(sim, c, &id), ERR_ABORTED);
    ck_assert(!vm_copy_pending(sim->vm));
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, NULL), ERR_INVALID_TASK);
}
END_TEST

START_TEST(registering_anew_starts_a_running_copy_again)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, BIG, 1, NULL), SIM_BLOCKED);
    vm_copy_step(sim->vm);
    vaddr_t addr = sim_addr(dst, 5 * PAGE_SIZE);
    ck_assert_int_eq(sim_register(sim, dst, OOL_REGION_STANDING, addr, BIG), OK);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), OK);
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, dst, a, id, BIG, &at), OK);
    ck_assert_uint_eq(at, addr + sizeof(struct ool_receipt));
    ck_assert(sim_has(sim, dst, at, BIG, 1));
}
END_TEST

START_TEST(one_message_copies_no_more_than_a_piece_at_once)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, VM_BOUNCE_LEN, 2, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, c, dst, VM_BOUNCE_LEN, 3, NULL), SIM_BLOCKED);
    // B's copy fails at its end. Then it is C's turn.
    sim_protect(sim, b, sim_addr(b, SIM_SOURCE + VM_BOUNCE_LEN - PAGE_SIZE), PAGE_SIZE, SIM_NONE);
    size_t before = sim->read_bytes;
    sim_expect(sim, dst, a, id, 10, 1);
    ck_assert_int_eq(sim_placed(sim, b, &id), ERR_INVALID_ARG);
    ck_assert_uint_le(sim->read_bytes - before, VM_BOUNCE_LEN);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, c, &id), OK);
    sim_expect(sim, dst, c, id, VM_BOUNCE_LEN, 3);
}
END_TEST

static unsigned mutations;

static void mutate(struct sim *s)
{
    memset(sim_mem(s, a, sim_addr(a, SIM_SOURCE)), (int)++mutations, BIG);
}

START_TEST(memory_that_changes_during_the_copy_stays_within_bounds)
{
    setup();
    uint64_t id = 0;
    vaddr_t at = sim_buffer(dst, OOL_OPEN);
    size_t room = OOL_NUM_BUFFERS * ool_buffer_stride(BIG) - sizeof(struct ool_receipt);
    memset(sim_mem(sim, dst, at), 0xff, room);
    sim->on_transfer = mutate;
    ck_assert_int_eq(sim_send(sim, a, dst, sim_addr(a, SIM_SOURCE), BIG, 0, NULL), SIM_BLOCKED);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, id, BIG, NULL), OK);
    const uint8_t *bytes = sim_mem(sim, dst, at);
    bool within = true;
    for (size_t i = 0; i < BIG; i++)
        within = within && bytes[i] > 0 && bytes[i] <= mutations;
    for (size_t i = BIG; i < room; i++)
        within = within && bytes[i] == 0xff;
    ck_assert(within);
}
END_TEST

// vm tells the receiver the lengths that were placed, not the length in the message.
START_TEST(verify_reports_the_lengths_of_the_record)
{
    setup();
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.count = 2;
    m.ool_send.addr = m.ool_send.addr2 = sim_addr(a, SIM_SOURCE);
    m.ool_send.len = 7;
    m.ool_send.len2 = 9;
    ck_assert_int_eq(sim_call(sim, a, &m), OK);
    uint64_t id = m.ool_send_reply.id;
    memset(&m, 0, sizeof(m));
    m.type = OOL_VERIFY_MSG;
    m.ool_verify.src = a;
    m.ool_verify.id = id;
    m.ool_verify.len = 7;
    ck_assert_int_eq(sim_call(sim, dst, &m), OK);
    ck_assert_uint_eq(m.ool_verify_reply.count, 2);
    ck_assert_uint_eq(m.ool_verify_reply.len2, 9);
    ck_assert_uint_eq(m.ool_verify_reply.len3, 0);
    ck_assert_uint_eq(m.ool_verify_reply.len4, 0);
}
END_TEST

SIM_MAIN("vm_copy", copy_up_to_the_bounce_size_is_done_at_once,
         large_copies_take_turns_and_small_ones_are_not_held_up,
         copy_is_verified_only_when_the_last_byte_is_there,
         large_copy_fails_as_a_whole_wherever_a_page_is_missing,
         blocked_senders_are_served_when_a_copy_fails,
         sender_that_dies_in_its_copy_frees_the_buffer,
         receiver_that_dies_in_a_copy_aborts_it_and_all_who_are_blocked,
         registering_anew_starts_a_running_copy_again,
         one_message_copies_no_more_than_a_piece_at_once,
         memory_that_changes_during_the_copy_stays_within_bounds,
         verify_reports_the_lengths_of_the_record)
