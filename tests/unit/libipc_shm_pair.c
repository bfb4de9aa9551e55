// Packets and payloads through shared memory, between two sides that follow the protocol: order,
// lengths, the end of the ring, no room, and the end of a peer.
#include <string.h>
#include <resea/ipc.h>
#include "libipc_pair.h"
#include "stream.h"

static uint8_t data[4 << 20];

static void expect_nothing(struct side *side)
{
    struct packet packet;
    ck_assert_int_eq(pair_take(side, &packet), ERR_WOULD_BLOCK);
}

static void expect_number(struct side *side, unsigned number)
{
    struct packet packet, wanted = pair_packet(WIRE_CALL, number);
    ck_assert_int_eq(pair_take(side, &packet), OK);
    ck_assert_mem_eq(&packet, &wanted, sizeof(packet));
}

static error_t send_number(struct side *side, unsigned number, enum shm_mode mode)
{
    struct packet packet = pair_packet(WIRE_CALL, number);
    return shm_send(&side->ch, &packet, NULL, 0, mode);
}

// Sends `len` bytes of data[] as one payload.
static error_t send_bytes(struct side *side, size_t len, enum shm_mode mode)
{
    struct packet packet = pair_message(1, false);
    struct payload payload = {data, len};
    return pair_send(side, packet, &payload, 1, mode);
}

static void expect_bytes(struct side *side, size_t len, unsigned seed)
{
    struct packet packet;
    ck_assert_int_eq(pair_take(side, &packet), OK);
    struct payload payload = pair_payload(&packet, 0);
    ck_assert_uint_eq(payload.len, len);
    ck_assert(pair_is_filled(payload.ptr, len, seed));
    ck_assert_int_eq(((char *)payload.ptr)[len], '\0');
    pair_free(&packet);
}

START_TEST(packets_come_in_order_and_unchanged)
{
    pair_open(PAIR_RING);
    for (unsigned n = 0; n < 5 * REGION_SLOTS; n++) {
        expect_nothing(&pair_b);
        ck_assert_int_eq(send_number(&pair_a, 2 * n, SHM_BLOCK), OK);
        ck_assert_int_eq(send_number(&pair_a, 2 * n + 1, SHM_BLOCK), OK);
        ck_assert_int_eq(send_number(&pair_b, n, SHM_BLOCK), OK);
        expect_number(&pair_b, 2 * n);
        expect_number(&pair_b, 2 * n + 1);
        expect_number(&pair_a, n);
        ck_assert_uint_ge(pair_a.rings, 2 * n + 2); // at least once for each packet
    }
    expect_nothing(&pair_a);
    pair_close();
}
END_TEST

static unsigned num_taken;

static void take_one_number(void)
{
    expect_number(&pair_b, num_taken++);
    shm_say_taken(&pair_b.ch);
}

START_TEST(a_sender_without_a_slot_waits_or_is_told)
{
    pair_open(PAIR_RING);
    for (unsigned n = 0; n < REGION_SLOTS; n++)
        ck_assert_int_eq(send_number(&pair_a, n, SHM_KEEP), OK);
    ck_assert_int_eq(send_number(&pair_a, 99, SHM_KEEP), ERR_WOULD_BLOCK);
    num_taken = 0;
    pair_meanwhile = take_one_number;
    ck_assert_int_eq(send_number(&pair_a, REGION_SLOTS, SHM_BLOCK), OK);
    ck_assert_uint_eq(num_taken, 1);
    while (num_taken <= REGION_SLOTS)
        take_one_number();
    expect_nothing(&pair_b);
    pair_close();
}
END_TEST

START_TEST(a_receiver_that_never_answers_says_that_slots_are_free)
{
    pair_open(PAIR_RING);
    for (unsigned n = 0; n < 10 * REGION_SLOTS; n++) {
        ck_assert_int_eq(send_number(&pair_a, n, SHM_KEEP), OK);
        expect_number(&pair_b, n);
    }
    ck_assert_uint_ge(pair_b.rings, 20); // at least once for each half of the slots
    pair_close();
}
END_TEST

// --- Payloads -----------------------------------------------------------------------------------

static const size_t lens[] = {0, 1, 15, 16, 4095, 4096, 4097, 8191, 8192, 12289, 65537, 1000003};

static struct packet taken;
static error_t taken_result;

static void take_some(void)
{
    if (taken_result == ERR_WOULD_BLOCK)
        taken_result = pair_take(&pair_b, &taken);
}

START_TEST(a_payload_of_any_length_comes_whole)
{
    for (unsigned i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        for (unsigned elsewhere = 0; elsewhere < 2; elsewhere++) {
            pair_open(PAIR_RING);
            pair_is_elsewhere = elsewhere;
            pair_meanwhile = take_some;
            pair_fill(data, lens[i], i);
            taken_result = ERR_WOULD_BLOCK;
            ck_assert_int_eq(send_bytes(&pair_a, lens[i], SHM_BLOCK), OK);
            take_some();
            ck_assert_int_eq(taken_result, OK);
            ck_assert_uint_eq(pair_payload(&taken, 0).len, lens[i]);
            ck_assert(pair_is_filled(pair_payload(&taken, 0).ptr, lens[i], i));
            pair_free(&taken);
            pair_close();
        }
    }
}
END_TEST

START_TEST(payloads_come_whole_wherever_they_begin_in_the_ring)
{
    pair_open(16384);
    for (unsigned i = 0; i < 2000; i++) {
        size_t len = (i * 997) % 5000;
        pair_fill(data, len, i);
        ck_assert_int_eq(send_bytes(&pair_a, len, SHM_KEEP), OK);
        memset(data, 0, len); // the sender may use its memory again
        expect_bytes(&pair_b, len, i);
    }
    pair_close();
}
END_TEST

// Lengths of four payloads, of which the first may be a string.
static const struct {
    size_t lens[MSG_MAX_PAYLOADS];
    unsigned count;
    bool is_str;
} mixes[] = {
    {{0, 0, 0, 0}, 4, false}, {{0, 5, 0, 3000}, 4, false}, {{4000, 0}, 2, false},
    {{1, 1, 1, 1}, 4, false}, {{8, 0, 4}, 3, true},        {{0, 9}, 2, true},
};

START_TEST(several_payloads_keep_their_lengths)
{
    pair_open(PAIR_RING);
    for (unsigned i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
        struct payload payloads[MSG_MAX_PAYLOADS];
        struct packet packet = pair_message(mixes[i].count, mixes[i].is_str);
        for (unsigned k = 0; k < mixes[i].count; k++) {
            payloads[k] = (struct payload){data + 10000 * k, mixes[i].lens[k]};
            pair_fill(payloads[k].ptr, payloads[k].len, k);
        }
        ck_assert_int_eq(pair_send(&pair_a, packet, payloads, mixes[i].count, SHM_KEEP), OK);
        ck_assert_int_eq(pair_take(&pair_b, &packet), OK);
        for (unsigned k = 0; k < mixes[i].count; k++) {
            struct payload payload = pair_payload(&packet, k);
            // Every string that a task sends ends with a NUL.
            bool adds_nul = k == 0 && mixes[i].is_str;
            ck_assert_uint_eq(payload.len, mixes[i].lens[k] + adds_nul);
            ck_assert(pair_is_filled(payload.ptr, mixes[i].lens[k], k));
            ck_assert_int_eq(((char *)payload.ptr)[mixes[i].lens[k]], '\0');
        }
        pair_free(&packet);
    }
    pair_close();
}
END_TEST

START_TEST(without_memory_a_payload_becomes_an_error_and_the_next_comes)
{
    pair_open(PAIR_RING);
    struct packet packet;
    for (unsigned i = 0; i < 2; i++) {
        pair_fill(data, 3000, i);
        ck_assert_int_eq(send_bytes(&pair_a, 3000, SHM_KEEP), OK);
        pair_mallocs_left = i;
        ck_assert_int_eq(pair_take(&pair_b, &packet), OK);
        if (i == 0) {
            ck_assert_ptr_null(pair_payload(&packet, 0).ptr);
            ck_assert_int_eq((int)(intptr_t)pair_payload(&packet, 0).len, ERR_NO_MEMORY);
        } else {
            ck_assert(pair_is_filled(pair_payload(&packet, 0).ptr, 3000, i));
        }
        pair_free(&packet);
    }
    pair_close();
}
END_TEST

// --- Payloads that are produced while they are sent ---------------------------------------------

static error_t made_until; // OK, or what fill() returns at the end

static error_t fill(void *state, void *buf, size_t offset, size_t len)
{
    (void)state;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = (uint8_t)((offset + i) % 253);
    return offset + len >= 20000 ? made_until : OK;
}

static void send_stream(error_t error)
{
    struct packet packet = pair_message(1, false);
    struct payload payload = {ool_stream(fill, 8), 20000};
    made_until = error;
    taken_result = ERR_WOULD_BLOCK;
    pair_meanwhile = take_some;
    ck_assert_int_eq(pair_send(&pair_a, packet, &payload, 1, SHM_BLOCK), OK);
    take_some();
    ck_assert_int_eq(taken_result, OK);
    ck_assert(stream_release(payload.ptr));
    free(payload.ptr);
}

START_TEST(a_stream_is_made_while_it_is_sent)
{
    pair_open(PAIR_RING);
    send_stream(OK);
    const uint8_t *got = pair_payload(&taken, 0).ptr;
    ck_assert_uint_eq(pair_payload(&taken, 0).len, 20000);
    for (size_t i = 0; i < 20000; i++)
        ck_assert_uint_eq(got[i], i % 253);
    pair_free(&taken);
    send_stream(ERR_UNAVAILABLE);
    ck_assert_ptr_null(pair_payload(&taken, 0).ptr);
    ck_assert_int_eq((int)(intptr_t)pair_payload(&taken, 0).len, ERR_UNAVAILABLE);
    pair_close();
}
END_TEST

// --- Payloads in place --------------------------------------------------------------------------

START_TEST(a_payload_made_in_the_ring_is_sent_from_there)
{
    pair_open(PAIR_RING);
    uint8_t *place = shm_alloc(&pair_a.ch, 3000);
    ck_assert_ptr_nonnull(place);
    ck_assert_ptr_null(shm_alloc(&pair_a.ch, 10)); // only one at a time
    ck_assert_int_eq(send_bytes(&pair_a, 10, SHM_KEEP), ERR_IN_USE);
    pair_fill(place, 3000, 5);
    struct packet packet = pair_message(1, false);
    struct payload payload = {place, 3000};
    ck_assert_int_eq(pair_send(&pair_a, packet, &payload, 1, SHM_KEEP), OK);
    ck_assert(shm_release(&pair_a.ch, place));
    ck_assert(!shm_release(&pair_a.ch, place));
    ck_assert_ptr_null(shm_alloc(&pair_a.ch, 3000)); // the peer has not taken the first
    expect_bytes(&pair_b, 3000, 5);
    shm_say_taken(&pair_b.ch);
    place = shm_alloc(&pair_a.ch, PAIR_RING);
    ck_assert_ptr_null(shm_alloc(&pair_b.ch, PAIR_RING + 1));
    ck_assert_ptr_nonnull(place);
    ck_assert(shm_release(&pair_a.ch, place));
    pair_close();
}
END_TEST

// --- Replies that are not drained ---------------------------------------------------------------

START_TEST(a_reply_that_is_not_drained_is_kept)
{
    pair_open(PAIR_RING);
    pair_fill(data, 30000, 1);
    ck_assert_int_eq(send_bytes(&pair_a, 30000, SHM_KEEP), OK);
    memset(data, 0, 30000); // from here on the sender sends a copy
    taken_result = ERR_WOULD_BLOCK;
    ck_assert(!list_is_empty(region_keeping()));
    ck_assert_uint_eq(atomic_load(&pair_line(&pair_a)->wants), 1);
    for (unsigned i = 0; i < 100 && taken_result == ERR_WOULD_BLOCK; i++) {
        take_some();
        // The receiver has rung for the room.
        ck_assert(taken_result == OK || i > 10 || region_pump_is_due());
        shm_pump();
    }
    ck_assert_int_eq(taken_result, OK);
    ck_assert_uint_eq(pair_payload(&taken, 0).len, 30000);
    ck_assert(pair_is_filled(pair_payload(&taken, 0).ptr, 30000, 1));
    pair_free(&taken);
    ck_assert_uint_eq(atomic_load(&pair_line(&pair_a)->wants), 0);
    pair_close();
}
END_TEST

START_TEST(what_is_kept_stays_in_order_and_is_bounded)
{
    pair_open(PAIR_RING);
    pair_fill(data, 5000, 1);
    unsigned num_kept = 0;
    while (send_bytes(&pair_a, 5000, SHM_KEEP) == OK)
        num_kept++;
    ck_assert_uint_eq(num_kept, 4);
    ck_assert_int_eq(send_number(&pair_a, 9, SHM_KEEP), ERR_WOULD_BLOCK);
    for (unsigned i = 0; i < num_kept; i++) {
        taken_result = ERR_WOULD_BLOCK;
        for (unsigned tries = 0; tries < 100 && taken_result == ERR_WOULD_BLOCK; tries++) {
            take_some();
            shm_pump();
        }
        ck_assert_int_eq(taken_result, OK);
        ck_assert(pair_is_filled(pair_payload(&taken, 0).ptr, 5000, 1));
        pair_free(&taken);
    }
    ck_assert_int_eq(send_number(&pair_a, 9, SHM_KEEP), OK);
    expect_number(&pair_b, 9);
    pair_close();
}
END_TEST

START_TEST(without_memory_for_a_copy_nothing_is_sent)
{
    pair_open(PAIR_RING);
    pair_mallocs_left = 1; // the second of two calls fails
    ck_assert_int_eq(send_bytes(&pair_a, 5000, SHM_KEEP), ERR_NO_MEMORY);
    expect_nothing(&pair_b);
    ck_assert(list_is_empty(region_keeping()));
    pair_close();
}
END_TEST

START_TEST(what_is_kept_for_a_task_that_ended_is_freed)
{
    pair_open(PAIR_RING);
    ck_assert_int_eq(send_bytes(&pair_a, 30000, SHM_KEEP), OK);
    atomic_store(&pair_b.page.ended, 1);
    atomic_fetch_add(&pair_line(&pair_b)->doorbell, 1); // the launcher rings
    shm_pump();
    ck_assert(list_is_empty(region_keeping()));
    pair_close();
}
END_TEST

// --- The end of a channel -----------------------------------------------------------------------

static void end_by_exit(struct side *side)
{
    atomic_store(&side->page.ended, 1);
}

static void end_by_closing(struct side *side)
{
    atomic_store(&pair_line(side)->closed, PAIR_CHAN);
}

static void (*const ends[])(struct side *side) = {end_by_exit, end_by_closing};

START_TEST(packets_from_before_the_end_are_received)
{
    for (unsigned i = 0; i < 2; i++) {
        pair_open(PAIR_RING);
        struct packet packet;
        pair_fill(data, 2000, 3);
        ck_assert_int_eq(send_number(&pair_a, 4, SHM_BLOCK), OK);
        ck_assert_int_eq(send_bytes(&pair_a, 2000, SHM_BLOCK), OK);
        ends[i](&pair_a);
        expect_number(&pair_b, 4);
        expect_bytes(&pair_b, 2000, 3);
        ck_assert_int_eq(pair_take(&pair_b, &packet), ERR_ABORTED);
        ck_assert_int_eq(send_number(&pair_b, 1, SHM_BLOCK), ERR_ABORTED);
        pair_close();
    }
}
END_TEST

static unsigned end_after;

static void take_some_then_end(void)
{
    take_some();
    if (end_after-- == 0)
        end_by_exit(&pair_b);
}

START_TEST(a_sender_that_waits_hears_of_the_end)
{
    for (unsigned i = 0; i < 5; i++) {
        pair_open(PAIR_RING);
        pair_meanwhile = take_some_then_end;
        taken_result = ERR_WOULD_BLOCK;
        end_after = i;
        ck_assert_int_eq(send_bytes(&pair_a, 100000, SHM_BLOCK), ERR_ABORTED);
        ck_assert_int_eq(taken_result, ERR_WOULD_BLOCK);
        pair_close(); // frees the part that has arrived
    }
}
END_TEST

START_TEST(a_message_of_which_a_part_came_before_the_end_is_none)
{
    pair_open(PAIR_RING);
    struct packet packet;
    // The sender keeps most of the payload.
    ck_assert_int_eq(send_bytes(&pair_a, 30000, SHM_KEEP), OK);
    expect_nothing(&pair_b);
    end_by_exit(&pair_a);
    shm_forget_kept(pair_a.ch.shm);
    ck_assert_int_eq(pair_take(&pair_b, &packet), ERR_ABORTED);
    pair_close();
}
END_TEST

START_TEST(the_number_of_another_channel_closes_nothing)
{
    pair_open(PAIR_RING);
    atomic_store(&pair_line(&pair_a)->closed, PAIR_CHAN + 1);
    expect_nothing(&pair_b);
    ck_assert_int_eq(send_number(&pair_b, 1, SHM_BLOCK), OK);
    expect_number(&pair_a, 1);
    pair_close();
}
END_TEST

// --- Memory of the ring -------------------------------------------------------------------------

START_TEST(only_an_empty_ring_gives_its_memory_back)
{
    pair_open(PAIR_RING);
    pair_fill(data, 3000, 2);
    ck_assert_int_eq(send_bytes(&pair_a, 3000, SHM_KEEP), OK);
    ck_assert_uint_eq(region_num_warm(), 1);
    shm_cool(); // does nothing: the payload is under way
    expect_bytes(&pair_b, 3000, 2);
    shm_say_taken(&pair_b.ch);
    ck_assert_int_eq(send_bytes(&pair_a, 0, SHM_KEEP), OK);
    expect_bytes(&pair_b, 0, 0);
    ck_assert_uint_eq(region_num_warm(), 0);
    pair_fill(data, 3000, 4);
    ck_assert_int_eq(send_bytes(&pair_a, 3000, SHM_KEEP), OK);
    expect_bytes(&pair_b, 3000, 4);
    shm_say_taken(&pair_b.ch);
    const uint8_t *ring = REGION_RING(pair_a.region);
    ck_assert(ring[0] != 0 || ring[1000] != 0 || ring[2000] != 0 || ring[4000] != 0);
    shm_cool();
    for (size_t i = 0; i < PAIR_RING; i++)
        ck_assert_uint_eq(ring[i], 0);
    pair_close();
}
END_TEST

RUN_TESTS("shm_pair", packets_come_in_order_and_unchanged, a_sender_without_a_slot_waits_or_is_told,
          a_receiver_that_never_answers_says_that_slots_are_free,
          a_payload_of_any_length_comes_whole, payloads_come_whole_wherever_they_begin_in_the_ring,
          several_payloads_keep_their_lengths,
          without_memory_a_payload_becomes_an_error_and_the_next_comes,
          a_stream_is_made_while_it_is_sent, a_payload_made_in_the_ring_is_sent_from_there,
          a_reply_that_is_not_drained_is_kept, what_is_kept_stays_in_order_and_is_bounded,
          without_memory_for_a_copy_nothing_is_sent, what_is_kept_for_a_task_that_ended_is_freed,
          packets_from_before_the_end_are_received, a_sender_that_waits_hears_of_the_end,
          a_message_of_which_a_part_came_before_the_end_is_none,
          the_number_of_another_channel_closes_nothing, only_an_empty_ring_gives_its_memory_back)
