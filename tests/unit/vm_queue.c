// Tests blocked senders and the events that free a buffer for them: a verify, a registration, a
// failure, a death, and the deadline of a reservation whose message never comes (threats 4, 5, 7).
#include "vm_sim.h"

#define MS 1000000ull

static struct sim *sim;
static task_t dst, s[5];

static void setup(void)
{
    sim = sim_new();
    dst = sim_receiver(sim);
    for (unsigned i = 0; i < 5; i++)
        s[i] = sim_start(sim, SIM_LIMIT, 0);
}

// Reserves the open buffer for s[0] and blocks the next `count`.
static uint64_t hold(unsigned count)
{
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, s[0], dst, 10, 0, &id), OK);
    for (unsigned i = 1; i <= count; i++)
        ck_assert_int_eq(sim_place(sim, s[i], dst, 10, i, NULL), SIM_BLOCKED);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, count);
    return id;
}

START_TEST(blocked_senders_are_served_in_the_order_of_arrival)
{
    setup();
    uint64_t id = hold(4);
    sim_expect(sim, dst, s[0], id, 10, 0);
    for (unsigned i = 1; i <= 4; i++) {
        ck_assert_int_eq(sim_placed(sim, s[i], &id), OK);
        for (unsigned k = i + 1; k <= 4; k++)
            ck_assert_uint_eq(sim_find(sim, s[k])->replies, 0);
        ck_assert_uint_eq(sim_find(sim, dst)->blocked, 4 - i);
        sim_expect(sim, dst, s[i], id, 10, i);
    }
}
END_TEST

START_TEST(buffer_that_was_verified_is_not_written_before_it_is_copied_out)
{
    setup();
    uint64_t id = hold(2);
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, dst, s[0], id, 10, &at), OK);
    ck_assert_int_eq(sim_announce(sim, dst, 0), OK);
    sim_advance(sim, 1000 * MS);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), SIM_BLOCKED);
    ck_assert(sim_has(sim, dst, at, 10, 0));
    sim_copied_out(sim, dst, at);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    ck_assert_uint_eq(sim_find(sim, s[2])->replies, 0);
    sim_expect(sim, dst, s[1], id, 10, 1);
}
END_TEST

START_TEST(noblock_never_blocks)
{
    setup();
    uint64_t id = hold(1);
    vaddr_t from = sim_addr(s[2], SIM_SOURCE);
    ck_assert_int_eq(sim_send(sim, s[2], dst, from, 10, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 1);
    sim_expect(sim, dst, s[0], id, 10, 0);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    sim_expect(sim, dst, s[1], id, 10, 1);
    ck_assert_int_eq(sim_send(sim, s[2], dst, from, 10, OOL_NOBLOCK, &id), OK);
}
END_TEST

START_TEST(task_without_buffers_blocks_its_senders_until_it_registers)
{
    setup();
    task_t late = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, s[0], late, SIM_LIMIT, 7, NULL), SIM_BLOCKED);
    ck_assert_int_eq(
        sim_register(sim, late, OOL_REGION_STANDING, sim_addr(late, PAGE_SIZE), SIM_LIMIT), OK);
    ck_assert_int_eq(sim_placed(sim, s[0], &id), OK);
    sim_expect(sim, late, s[0], id, SIM_LIMIT, 7);
}
END_TEST

// If a sender fails, the senders behind it must still get their turn.
START_TEST(failing_blocked_senders_are_passed_over)
{
    setup();
    uint64_t id = hold(4);
    for (unsigned i = 1; i <= 3; i++)
        sim_protect(sim, s[i], sim_addr(s[i], SIM_SOURCE), PAGE_SIZE, SIM_NONE);
    sim_expect(sim, dst, s[0], id, 10, 0);
    for (unsigned i = 1; i <= 3; i++)
        ck_assert_int_eq(sim_placed(sim, s[i], &id), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_placed(sim, s[4], &id), OK);
    sim_expect(sim, dst, s[4], id, 10, 4);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 0);
}
END_TEST

START_TEST(failing_blocked_senders_leave_the_buffer_armed)
{
    setup();
    uint64_t id = hold(3);
    for (unsigned i = 1; i <= 3; i++)
        sim_protect(sim, s[i], sim_addr(s[i], SIM_SOURCE), PAGE_SIZE, SIM_NONE);
    sim_expect(sim, dst, s[0], id, 10, 0);
    for (unsigned i = 1; i <= 3; i++)
        ck_assert_int_eq(sim_placed(sim, s[i], &id), ERR_INVALID_ARG);
    ck_assert_int_eq(sim_place(sim, s[4], dst, 10, 4, &id), OK);
}
END_TEST

START_TEST(blocked_sender_that_does_not_fit_a_smaller_buffer_is_passed_over)
{
    setup();
    task_t late = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, s[0], late, 101, 0, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, s[1], late, 100, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_register(sim, late, OOL_REGION_STANDING, sim_addr(late, PAGE_SIZE), 100),
                     OK);
    ck_assert_int_eq(sim_placed(sim, s[0], &id), ERR_TOO_LARGE);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    sim_expect(sim, late, s[1], id, 100, 1);
}
END_TEST

// A task waits for an answer and sends another request (threat 4).
START_TEST(second_request_of_a_blocked_task_fails_and_changes_nothing)
{
    setup();
    uint64_t id = hold(2);
    const int types[] = {OOL_SEND_MSG,         OOL_RECV_MSG, OOL_VERIFY_MSG, BENCHMARK_NOP_MSG,
                         DISCOVERY_LOOKUP_MSG, ASYNC_MSG,    0x7fff,         -5};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct message m = {.type = types[i]};
        m.ool_send.dst = dst;
        ck_assert_int_eq(sim_call(sim, s[1], &m), ERR_IN_USE);
    }
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 2);
    sim_expect(sim, dst, s[0], id, 10, 0);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    sim_expect(sim, dst, s[1], id, 10, 1);
}
END_TEST

// A sender calls ool.send and then sends no message (threat 5).
START_TEST(reservation_is_revoked_when_the_receiver_idles_and_others_wait)
{
    setup();
    sim_wait(sim, dst, WAIT_OPEN, 0);
    uint64_t id = hold(1);
    sim_advance(sim, 99 * MS);
    ck_assert_uint_eq(sim_find(sim, s[1])->replies, 0);
    sim_advance(sim, 1 * MS);
    uint64_t next = 0;
    ck_assert_int_eq(sim_placed(sim, s[1], &next), OK);
    ck_assert_int_eq(sim_verify(sim, dst, s[0], id, 10, NULL), ERR_TRY_AGAIN);
    sim_expect(sim, dst, s[1], next, 10, 1);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 1);
    // The late sender places its payload again, as its library does.
    ck_assert_int_eq(sim_place(sim, s[0], dst, 10, 5, &id), OK);
    sim_expect(sim, dst, s[0], id, 10, 5);
}
END_TEST

START_TEST(busy_receiver_revokes_nobody)
{
    const struct {
        enum wait_kind kind;
        bool again; // the same wait begins again, with a new episode, from time to time
    } rows[] = {{WAIT_RUNNING, false},
                {WAIT_RECV, false},
                {WAIT_CALL, false},
                {WAIT_SEND, false},
                {WAIT_OPEN, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        setup();
        sim_wait(sim, dst, rows[i].kind, s[4]);
        uint64_t id = hold(1);
        for (unsigned t = 0; t < 50; t++) {
            sim_advance(sim, 60 * MS);
            if (rows[i].again)
                sim_wait(sim, dst, rows[i].kind, 0);
        }
        ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
        sim_expect(sim, dst, s[0], id, 10, 0);
        sim_free(sim);
    }
}
END_TEST

// A timer or other clients wake the receiver again and again. It takes everything that has come,
// but this sender's message has not.
START_TEST(receiver_that_looked_and_took_all_there_was_revokes)
{
    setup();
    sim_wait(sim, dst, WAIT_OPEN, 0);
    uint64_t id = hold(1);
    struct vm_rounds *rounds = &sim_find(sim, dst)->rounds;
    for (unsigned t = 0; t < 10 + VM_REVOKE_ROUNDS - 1; t++) {
        rounds->served = rounds->begun++;
        sim_wait(sim, dst, WAIT_OPEN, 0);
        sim_advance(sim, 10 * MS);
        ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
    }
    rounds->served = ++rounds->begun;
    sim_wait(sim, dst, WAIT_OPEN, 0);
    sim_advance(sim, 100 * MS);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 1);
    ck_assert_int_eq(sim_verify(sim, dst, s[0], id, 10, NULL), ERR_TRY_AGAIN);
}
END_TEST

START_TEST(receiver_that_becomes_idle_revokes_after_a_whole_deadline)
{
    setup();
    sim_wait(sim, dst, WAIT_RUNNING, 0);
    hold(1);
    sim_advance(sim, 150 * MS);
    sim_wait(sim, dst, WAIT_OPEN, 0);
    sim_advance(sim, 99 * MS);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
    sim_advance(sim, 101 * MS);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 1);
}
END_TEST

START_TEST(reservation_stays_while_nobody_else_wants_the_buffer)
{
    setup();
    sim_wait(sim, dst, WAIT_OPEN, 0);
    uint64_t id = hold(0);
    ck_assert(vm_deadline(sim->vm) == UINT64_MAX);
    sim_advance(sim, 3600000 * MS);
    // The deadline counts from the time at which another sender begins to wait.
    ck_assert_int_eq(sim_place(sim, s[1], dst, 10, 1, NULL), SIM_BLOCKED);
    sim_advance(sim, 99 * MS);
    sim_expect(sim, dst, s[0], id, 10, 0);
}
END_TEST

START_TEST(each_reservation_has_a_deadline_of_its_own)
{
    setup();
    sim_wait(sim, dst, WAIT_OPEN, 0);
    uint64_t id = hold(2);
    sim_advance(sim, 90 * MS);
    sim_expect(sim, dst, s[0], id, 10, 0);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    sim_advance(sim, 90 * MS);
    sim_expect(sim, dst, s[1], id, 10, 1);
}
END_TEST

START_TEST(deadline_starts_anew_also_when_the_id_does_not)
{
    setup();
    sim->random_is_stuck = true; // different senders may have the same id
    sim_wait(sim, dst, WAIT_OPEN, 0);
    uint64_t id = hold(2);
    uint64_t next = 0;
    sim_advance(sim, 100 * MS);
    ck_assert_int_eq(sim_placed(sim, s[1], &next), OK);
    ck_assert_uint_eq(id, next);
    ck_assert_uint_le(vm_deadline(sim->vm), sim->now_ns + 100 * MS);
    sim_advance(sim, 99 * MS);
    ck_assert_uint_eq(sim_find(sim, s[2])->replies, 0);
    sim_advance(sim, 1 * MS);
    ck_assert_int_eq(sim_placed(sim, s[2], &id), OK);
}
END_TEST

// Senders that may not block must get a buffer in the end too.
START_TEST(refused_noblock_sender_counts_as_waiting)
{
    setup();
    sim_wait(sim, dst, WAIT_OPEN, 0);
    hold(0);
    vaddr_t from = sim_addr(s[2], SIM_SOURCE);
    ck_assert_int_eq(sim_send(sim, s[2], dst, from, 10, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    sim_advance(sim, 100 * MS);
    ck_assert_int_eq(sim_send(sim, s[2], dst, from, 10, OOL_NOBLOCK, NULL), OK);
    // Since then, no sender was refused.
    sim_advance(sim, 500 * MS);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 1);
}
END_TEST

START_TEST(memory_of_revoked_ids_is_bounded_and_the_senders_own)
{
    setup();
    uint64_t honest = 0;
    uint64_t ids[VM_MAX_REVOKED + 2];
    sim_wait(sim, dst, WAIT_RECV, s[0]);
    ck_assert_int_eq(sim_place(sim, s[0], dst, 10, 0, &honest), OK);
    for (unsigned i = 0; i < VM_MAX_REVOKED + 2; i++) {
        sim_wait(sim, dst, WAIT_RECV, s[1]);
        ck_assert_int_eq(sim_place(sim, s[1], dst, 10, 1, &ids[i]), OK);
    }
    sim_wait(sim, dst, WAIT_OPEN, 0);
    ck_assert_int_eq(sim_verify(sim, dst, s[0], honest, 10, NULL), ERR_TRY_AGAIN);
    ck_assert_int_eq(sim_verify(sim, dst, s[1], ids[0], 10, NULL), ERR_NOT_FOUND);
    for (unsigned i = 1; i < VM_MAX_REVOKED + 1; i++)
        ck_assert_int_eq(sim_verify(sim, dst, s[1], ids[i], 10, NULL), ERR_TRY_AGAIN);
    ck_assert_int_eq(sim_verify(sim, s[2], s[1], ids[5], 10, NULL), ERR_NOT_FOUND);
    sim_expect(sim, dst, s[1], ids[VM_MAX_REVOKED + 1], 10, 1);
}
END_TEST

START_TEST(single_buffer_takes_one_payload_each_time_it_is_armed)
{
    setup();
    task_t one = sim_start(sim, SIM_LIMIT, 0);
    vaddr_t addr = sim_addr(one, 100);
    uint64_t id = 0;
    vaddr_t at = 0;
    ck_assert_int_eq(sim_register(sim, one, OOL_REGION_SINGLE, addr, 500), OK);
    ck_assert_int_eq(sim_place(sim, s[0], one, 500, 0, &id), OK);
    ck_assert_int_eq(sim_place(sim, s[1], one, 501, 1, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, s[2], one, 20, 2, NULL), SIM_BLOCKED);
    // The buffer is armed again before the message has come. The payload must stay.
    ck_assert_int_eq(sim_register(sim, one, OOL_REGION_SINGLE, addr, 500), OK);
    ck_assert_int_eq(sim_verify(sim, one, s[0], id, 500, &at), OK);
    ck_assert_uint_eq(at, addr);
    ck_assert_uint_eq(sim_find(sim, s[1])->replies, 0); // the buffer is not armed again yet

    ck_assert_int_eq(sim_register(sim, one, OOL_REGION_SINGLE, addr, 500), OK);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), ERR_TOO_LARGE);
    ck_assert_int_eq(sim_placed(sim, s[2], &id), OK);
    sim_expect(sim, one, s[2], id, 20, 2);
}
END_TEST

START_TEST(registering_anew_voids_what_was_in_the_old_buffers)
{
    setup();
    uint64_t id = hold(1);
    ck_assert_int_eq(sim_register(sim, dst, OOL_REGION_SINGLE, sim_addr(dst, 50), 100), OK);
    ck_assert_int_eq(sim_verify(sim, dst, s[0], id, 10, NULL), ERR_TRY_AGAIN);
    ck_assert_int_eq(sim_placed(sim, s[1], &id), OK);
    sim_expect(sim, dst, s[1], id, 10, 1);
}
END_TEST

SIM_MAIN("vm_queue", receiver_that_looked_and_took_all_there_was_revokes,
         blocked_senders_are_served_in_the_order_of_arrival,
         buffer_that_was_verified_is_not_written_before_it_is_copied_out, noblock_never_blocks,
         task_without_buffers_blocks_its_senders_until_it_registers,
         failing_blocked_senders_are_passed_over, failing_blocked_senders_leave_the_buffer_armed,
         blocked_sender_that_does_not_fit_a_smaller_buffer_is_passed_over,
         second_request_of_a_blocked_task_fails_and_changes_nothing,
         reservation_is_revoked_when_the_receiver_idles_and_others_wait,
         busy_receiver_revokes_nobody, receiver_that_becomes_idle_revokes_after_a_whole_deadline,
         reservation_stays_while_nobody_else_wants_the_buffer,
         each_reservation_has_a_deadline_of_its_own, deadline_starts_anew_also_when_the_id_does_not,
         refused_noblock_sender_counts_as_waiting,
         memory_of_revoked_ids_is_bounded_and_the_senders_own,
         single_buffer_takes_one_payload_each_time_it_is_armed,
         registering_anew_voids_what_was_in_the_old_buffers)
