// The closed buffer: a task that waits for one task always has room for its payload, whichever task
// fills the other buffer (threat 6), and no other task can use it.
#include "vm_sim.h"

static struct sim *sim;
static task_t a, b, dst;

static void setup(void)
{
    sim = sim_new();
    dst = sim_receiver(sim);
    a = sim_start(sim, SIM_LIMIT, 0);
    b = sim_start(sim, SIM_LIMIT, 0);
}

static vaddr_t closed_buffer(void)
{
    return sim_buffer(dst, OOL_CLOSED);
}

static int place_reply(task_t src, size_t len, unsigned seed, uint64_t *id)
{
    sim_fill(sim, src, sim_addr(src, SIM_SOURCE), len, seed);
    return sim_send(sim, src, dst, sim_addr(src, SIM_SOURCE), len, OOL_NOBLOCK | OOL_REPLY, id);
}

START_TEST(closed_buffer_serves_only_the_task_that_is_waited_for)
{
    setup();
    sim_wait(sim, dst, WAIT_CALL, b);
    uint64_t from_a = 0;
    uint64_t from_b = 0;
    vaddr_t at = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &from_a), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, &from_b), OK);
    ck_assert_int_eq(sim_verify(sim, dst, b, from_b, 10, &at), OK);
    ck_assert_uint_eq(at, closed_buffer());
    ck_assert_int_eq(sim_verify(sim, dst, a, from_a, 10, &at), OK);
    ck_assert_uint_eq(at, sim_buffer(dst, OOL_OPEN));
}
END_TEST

START_TEST(closed_buffer_is_used_in_closed_waits_alone)
{
    const unsigned kinds[] = {WAIT_RUNNING, WAIT_OPEN, WAIT_SEND, WAIT_EXIT, 6, 255};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        setup();
        sim_wait(sim, dst, (enum wait_kind)kinds[i], a);
        uint64_t id = 0;
        vaddr_t at = 0;
        ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
        ck_assert_int_eq(sim_verify(sim, dst, a, id, 10, &at), OK);
        ck_assert_uint_eq(at, sim_buffer(dst, OOL_OPEN));
        sim_free(sim);
    }
}
END_TEST

// Client A's payload fills the file server's open buffer; the file server calls the disk server B,
// whose answer may not block.
START_TEST(crossed_receive_does_not_deadlock)
{
    setup();
    uint64_t from_a = 0;
    uint64_t from_b = 0;
    sim_wait(sim, dst, WAIT_OPEN, 0);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &from_a), OK);
    for (unsigned round = 0; round < 10; round++) {
        sim_wait(sim, dst, WAIT_CALL, b);
        ck_assert_int_eq(place_reply(b, 100, round, &from_b), OK);
        sim_expect(sim, dst, b, from_b, 100, round);
    }
    sim_wait(sim, dst, WAIT_OPEN, 0);
    sim_expect(sim, dst, a, from_a, 10, 1);
}
END_TEST

// B is blocked behind A when the receiver decides to wait for B. The receiver sees the count and
// tells vm.
START_TEST(announce_serves_the_blocked_sender_that_is_waited_for)
{
    setup();
    task_t c = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_place(sim, c, dst, 10, 3, NULL), SIM_BLOCKED);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 2);

    sim_wait(sim, dst, WAIT_RECV, b);
    ck_assert_int_eq(sim_announce(sim, dst, b), OK);
    ck_assert_int_eq(sim_placed(sim, b, &id), OK);
    ck_assert_int_eq(sim_placed(sim, c, &id), SIM_BLOCKED);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 1);
    sim_expect(sim, dst, b, sim_find(sim, b)->reply.ool_send_reply.id, 10, 2);
}
END_TEST

static task_t turns_to;

static void turn_while_publishing(struct sim *s, task_t id, uint32_t count)
{
    // The receiver changes its page after vm has read it, while the count is still 0.
    if (count == 1)
        sim_wait(s, id, WAIT_RECV, turns_to);
}

START_TEST(page_is_read_again_after_the_count_was_published)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    turns_to = b;
    sim->on_publish = turn_while_publishing;
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, &id), OK);
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 0);
    sim_expect(sim, dst, b, id, 10, 2);
}
END_TEST

START_TEST(announce_of_what_the_page_does_not_say_serves_nobody)
{
    setup();
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), SIM_BLOCKED);
    const task_t sources[] = {b, a, dst, 0, -1, INT32_MIN, 12345};
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        ck_assert_int_eq(sim_announce(sim, dst, sources[i]), OK);
    ck_assert_int_eq(sim_placed(sim, b, &id), SIM_BLOCKED);
}
END_TEST

START_TEST(reservation_of_another_source_is_void)
{
    setup();
    uint64_t old = 0;
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &old), OK);
    sim_wait(sim, dst, WAIT_RECV, b);
    ck_assert_int_eq(place_reply(b, 10, 2, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, old, 10, NULL), ERR_TRY_AGAIN);
    sim_expect(sim, dst, b, id, 10, 2);
}
END_TEST

START_TEST(reservation_of_another_episode_is_void)
{
    setup();
    uint64_t old = 0;
    uint64_t id = 0;
    vaddr_t at = 0;
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &old), OK);
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 2, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, old, 10, NULL), ERR_TRY_AGAIN);
    ck_assert_int_eq(sim_verify(sim, dst, a, id, 10, &at), OK);
    ck_assert_uint_eq(at, closed_buffer());
}
END_TEST

// Otherwise the buffer would change while the receiver copies the payload out.
START_TEST(payload_of_an_older_wait_keeps_the_buffer_until_the_next)
{
    setup();
    uint64_t old = 0;
    uint64_t id = 0;
    vaddr_t at = 0;
    sim_wait(sim, dst, WAIT_CALL, a);
    ck_assert_int_eq(place_reply(a, 10, 1, &old), OK);
    sim_wait(sim, dst, WAIT_CALL, a);
    ck_assert_int_eq(sim_verify(sim, dst, a, old, 10, &at), OK);
    ck_assert_uint_eq(at, closed_buffer());
    ck_assert_int_eq(place_reply(a, 10, 2, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, id, 10, &at), OK);
    ck_assert_uint_ne(at, closed_buffer());
    sim_wait(sim, dst, WAIT_CALL, a);
    ck_assert_int_eq(place_reply(a, 10, 3, &id), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, id, 10, &at), OK);
    ck_assert_uint_eq(at, closed_buffer());
}
END_TEST

// A reservation is valid until another sender needs the buffer, because its message may be under
// way.
START_TEST(reservation_outlives_its_wait_when_nobody_needs_it)
{
    setup();
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    sim_wait(sim, dst, WAIT_OPEN, 0);
    sim_advance(sim, 10000000000);
    sim_expect(sim, dst, a, id, 10, 1);
}
END_TEST

// A noblock message that crosses a call must not take the buffer that the answer needs.
START_TEST(crossing_noblock_payload_leaves_the_closed_buffer_alone)
{
    setup();
    uint64_t crossing = 0;
    uint64_t answer = 0;
    vaddr_t at = 0;
    sim_wait(sim, dst, WAIT_CALL, a);
    sim_fill(sim, a, sim_addr(a, SIM_SOURCE), 10, 1);
    ck_assert_int_eq(sim_send(sim, a, dst, sim_addr(a, SIM_SOURCE), 10, OOL_NOBLOCK, &crossing),
                     OK);
    ck_assert_int_eq(sim_send(sim, b, dst, 0, 0, OOL_NOBLOCK, NULL), ERR_WOULD_BLOCK);
    ck_assert_int_eq(place_reply(a, 10, 2, &answer), OK);
    ck_assert_int_eq(sim_verify(sim, dst, a, answer, 10, &at), OK);
    ck_assert_uint_eq(at, closed_buffer());
    sim_wait(sim, dst, WAIT_CALL, a);
    ck_assert_int_eq(place_reply(a, 10, 3, &answer), OK);
    sim_expect(sim, dst, a, answer, 10, 3);
    sim_expect(sim, dst, a, crossing, 10, 1);
}
END_TEST

START_TEST(second_payload_in_one_wait_leaves_the_first_alone)
{
    setup();
    uint64_t first = 0;
    uint64_t second = 0;
    vaddr_t at = 0;
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &first), OK);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 2, &second), OK);
    ck_assert_int_eq(place_reply(a, 10, 3, NULL), ERR_WOULD_BLOCK);
    ck_assert_int_eq(sim_verify(sim, dst, a, first, 10, &at), OK);
    ck_assert(sim_has(sim, dst, at, 10, 1));
    // While the receiver copies out in the same wait, the buffer is not written either.
    ck_assert_int_eq(place_reply(a, 10, 4, NULL), ERR_WOULD_BLOCK);
    ck_assert(sim_has(sim, dst, at, 10, 1));
    // After that, the buffer takes the next payload, even in the same wait.
    sim_copied_out(sim, dst, at);
    ck_assert_int_eq(place_reply(a, 10, 5, &first), OK);
    ck_assert_uint_eq((uintptr_t)sim_receipt(sim, dst, a, first),
                      (uintptr_t)sim_mem(sim, dst, closed_buffer()) - sizeof(struct ool_receipt));
    sim_expect(sim, dst, a, first, 10, 5);
    sim_expect(sim, dst, a, second, 10, 2);
}
END_TEST

START_TEST(cancelled_copy_is_the_first_in_the_queue)
{
    setup();
    const size_t len = 3 * VM_BOUNCE_LEN;
    task_t big = sim_start(sim, len, 0);
    ck_assert_int_eq(sim_register(sim, big, OOL_REGION_STANDING, sim_addr(big, PAGE_SIZE), len),
                     OK);
    dst = big;
    uint64_t id = 0;
    task_t c = sim_start(sim, SIM_LIMIT, 0);
    sim_wait(sim, dst, WAIT_OPEN, 0);
    ck_assert_int_eq(sim_place(sim, c, dst, 10, 3, &id), OK); // c holds the open buffer
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(sim_place(sim, a, dst, len, 1, NULL), SIM_BLOCKED);
    task_t d = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(sim_place(sim, d, dst, 10, 5, NULL), SIM_BLOCKED);
    vm_copy_step(sim->vm);
    vm_check(sim->vm);

    // The wait for A is over, and B's answer comes. A's copy must not go on into B's payload.
    sim_wait(sim, dst, WAIT_RECV, b);
    uint64_t from_b = 0;
    ck_assert_int_eq(place_reply(b, 10, 2, &from_b), OK);
    ck_assert(!vm_copy_pending(sim->vm));
    ck_assert_uint_eq(sim_find(sim, dst)->blocked, 2);
    sim_expect(sim, dst, b, from_b, 10, 2);

    // After C's message is taken, A is next, before D. A's copy starts from the beginning.
    sim_wait(sim, dst, WAIT_OPEN, 0);
    sim_expect(sim, dst, c, id, 10, 3);
    sim_copy(sim);
    ck_assert_int_eq(sim_placed(sim, a, &id), OK);
    ck_assert_uint_eq(sim_find(sim, d)->replies, 0);
    sim_expect(sim, dst, a, id, len, 1);
    ck_assert_int_eq(sim_placed(sim, d, &id), OK);
    sim_expect(sim, dst, d, id, 10, 5);
}
END_TEST

START_TEST(cancelled_copy_of_a_reply_does_not_block)
{
    setup();
    const size_t len = 2 * VM_BOUNCE_LEN;
    dst = sim_start(sim, len, 0);
    ck_assert_int_eq(sim_register(sim, dst, OOL_REGION_STANDING, sim_addr(dst, PAGE_SIZE), len),
                     OK);
    task_t c = sim_start(sim, SIM_LIMIT, 0);
    uint64_t id = 0;
    ck_assert_int_eq(sim_place(sim, c, dst, 10, 3, &id), OK);
    sim_wait(sim, dst, WAIT_RECV, a);
    ck_assert_int_eq(place_reply(a, len, 1, NULL), SIM_BLOCKED);
    sim_wait(sim, dst, WAIT_RECV, b);
    // A's copy is under way, but it is cancelled for B's answer.
    ck_assert_int_eq(place_reply(b, 10, 2, &id), OK);
    ck_assert_int_eq(sim_placed(sim, a, &id), ERR_WOULD_BLOCK);
    ck_assert(!vm_copy_pending(sim->vm));
}
END_TEST

START_TEST(closed_reservation_does_not_expire_during_its_call)
{
    setup();
    uint64_t id = 0;
    sim_wait(sim, dst, WAIT_CALL, a);
    ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
    ck_assert_int_eq(sim_place(sim, b, dst, 10, 2, NULL), OK);
    task_t c = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(sim_place(sim, c, dst, 10, 3, NULL), SIM_BLOCKED);
    sim_advance(sim, 60000000000);
    sim_expect(sim, dst, a, id, 10, 1);
    ck_assert_uint_eq(vm_stats(sim->vm).revoked, 0);
}
END_TEST

START_TEST(page_that_waits_for_nobody_in_particular_is_survived)
{
    setup();
    const task_t peers[] = {0, -1, VM_TASK, dst, INT32_MAX, TASK_MAKE(7, TASK_SLOT(a))};
    uint64_t id = 0;
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
        sim_wait(sim, dst, WAIT_CALL, peers[i]);
        ck_assert_int_eq(sim_place(sim, a, dst, 10, 1, &id), OK);
        sim_expect(sim, dst, a, id, 10, 1);
    }
}
END_TEST

// A receiver changes its page all the time, so vm reads another wait each time.
START_TEST(page_that_changes_at_every_look_ends_nothing)
{
    setup();
    const size_t len = 2 * VM_BOUNCE_LEN;
    dst = sim_start(sim, len, 0);
    ck_assert_int_eq(sim_register(sim, dst, OOL_REGION_STANDING, sim_addr(dst, PAGE_SIZE), len),
                     OK);
    struct sim_task *liar = sim_find(sim, dst);
    liar->flips = true;
    liar->flip[0] = a;
    liar->flip[1] = b;
    uint64_t id = 0;
    for (unsigned i = 0; i < 200; i++) {
        task_t src = i & 1 ? a : b;
        if (sim_placed(sim, src, &id) == SIM_BLOCKED && sim_find(sim, src)->reply.type == 0)
            sim_place(sim, src, dst, len, i, &id);
        ck_assert_int_eq(sim_announce(sim, dst, src), OK);
        vm_copy_step(sim->vm);
        vm_check(sim->vm);
        memset(&sim_find(sim, src)->reply, 0, sizeof(struct message));
        sim_find(sim, src)->replies = 0;
    }
    // Other receivers are not affected.
    task_t good = sim_receiver(sim);
    task_t c = sim_start(sim, SIM_LIMIT, 0);
    sim_place(sim, c, good, 10, 1, &id);
    sim_copy(sim);
    ck_assert_uint_ge(vm_stats(sim->vm).answers, 200);
}
END_TEST

SIM_MAIN("vm_closed", crossing_noblock_payload_leaves_the_closed_buffer_alone,
         closed_buffer_serves_only_the_task_that_is_waited_for,
         closed_buffer_is_used_in_closed_waits_alone, crossed_receive_does_not_deadlock,
         announce_serves_the_blocked_sender_that_is_waited_for,
         page_is_read_again_after_the_count_was_published,
         announce_of_what_the_page_does_not_say_serves_nobody,
         reservation_of_another_source_is_void, reservation_of_another_episode_is_void,
         payload_of_an_older_wait_keeps_the_buffer_until_the_next,
         reservation_outlives_its_wait_when_nobody_needs_it,
         second_payload_in_one_wait_leaves_the_first_alone,
         cancelled_copy_is_the_first_in_the_queue, cancelled_copy_of_a_reply_does_not_block,
         closed_reservation_does_not_expire_during_its_call,
         page_that_waits_for_nobody_in_particular_is_survived,
         page_that_changes_at_every_look_ends_nothing)
