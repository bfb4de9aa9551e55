// A hostile peer with shared memory. Whatever its packets, payloads and counters say, the other
// side returns an error, or waits as for a slow peer. It never reads or writes beyond the ring.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "libipc_pair.h"

#define LIMIT ((uint64_t)PAIR_OOL_LEN << 10) // the largest payload, in bytes

static uint8_t data[PAIR_RING];

// --- False packets ------------------------------------------------------------------------------

// The packet's claims about its payloads. `begin` is their place in the ring. `put` is the number
// of bytes that the peer claims to have put there after the first 100, which were taken before.
static const struct {
    const char *what;
    unsigned count;
    uint64_t lens[MSG_MAX_PAYLOADS];
    uint64_t begin, put;
    error_t result;
} lies[] = {
    {"nothing", 1, {50}, 0, 50, OK},
    {"nothing, leaving bytes out", 1, {50}, 300, 350, OK},
    {"nothing, without a byte", 1, {0}, 0, 0, OK},
    {"less is there", 1, {50}, 0, 49, ERR_WOULD_BLOCK},
    {"nothing is there", 1, {50}, 0, 0, ERR_WOULD_BLOCK},
    {"a length over the limit", 1, {LIMIT + 1}, 0, 50, ERR_NOT_ACCEPTABLE},
    {"a length of all memory", 1, {SIZE_MAX}, 0, 50, ERR_NOT_ACCEPTABLE},
    {"a second length of all memory", 2, {1, SIZE_MAX}, 0, 50, ERR_NOT_ACCEPTABLE},
    {"a sum over the limit", 2, {LIMIT, 1}, 0, 50, ERR_NOT_ACCEPTABLE},
    {"a sum that wraps", 4, {SIZE_MAX / 2, SIZE_MAX / 2, 2, 1}, 0, 50, ERR_NOT_ACCEPTABLE},
    {"the beginning a ring ahead", 1, {0}, PAIR_RING, PAIR_RING, OK},
    {"the beginning too far ahead", 1, {0}, PAIR_RING + 1, PAIR_RING, ERR_NOT_ACCEPTABLE},
    {"the beginning behind", 1, {50}, -1ull, 50, ERR_NOT_ACCEPTABLE},
    {"the beginning at the end of numbers", 1, {50}, INT64_MAX - 100ull, 50, ERR_NOT_ACCEPTABLE},
    {"as much as the ring has", 1, {50}, 0, PAIR_RING, OK},
    {"more than the ring has", 1, {50}, 0, PAIR_RING + 1, ERR_NOT_ACCEPTABLE},
    {"fewer bytes than were taken", 1, {50}, 0, -1ull, ERR_NOT_ACCEPTABLE},
    {"fewer bytes than were left out", 1, {50}, 300, 299, ERR_NOT_ACCEPTABLE},
};

// Sends and takes 100 bytes, so that the counters are not 0.
static void open_and_take_100(void)
{
    struct packet packet;
    struct payload payload = {data, 100};
    pair_open(PAIR_RING);
    ck_assert_int_eq(pair_send(&pair_a, pair_message(1, false), &payload, 1, SHM_KEEP), OK);
    ck_assert_int_eq(pair_take(&pair_b, &packet), OK);
    pair_free(&packet);
}

START_TEST(a_packet_that_lies_of_its_payloads_is_refused)
{
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        open_and_take_100();
        struct packet packet = pair_message(lies[i].count, false);
        for (unsigned k = 0; k < lies[i].count; k++)
            pair_describe(&packet, k, lies[i].lens[k]);
        pair_forge(&pair_a, packet, 100 + lies[i].begin);
        atomic_store(&pair_line(&pair_a)->bytes, 100 + lies[i].put);
        error_t result = pair_take(&pair_b, &packet);
        ck_assert_msg(result == lies[i].result, "%s: %d, not %d", lies[i].what, result,
                      lies[i].result);
        if (result == OK)
            pair_free(&packet);
        pair_close();
    }
}
END_TEST

// The status after the payloads of a message whose payloads are produced while they are sent.
static const struct {
    uint64_t status;
    error_t result; // result of the receive
    int error;      // error in the place of the payload; 0: the payload is there
} statuses[] = {
    {OK, OK, 0},
    {(uint64_t)(int64_t)ERR_UNAVAILABLE, OK, ERR_UNAVAILABLE},
    {(uint64_t)(int64_t)ERR_LAST, OK, ERR_LAST},
    {(uint64_t)(int64_t)(ERR_LAST - 1), ERR_NOT_ACCEPTABLE, 0},
    {(uint64_t)(int64_t)DONT_REPLY, ERR_NOT_ACCEPTABLE, 0},
    {1, ERR_NOT_ACCEPTABLE, 0},
    {(uint32_t)ERR_UNAVAILABLE, ERR_NOT_ACCEPTABLE, 0}, // only the lower 32 bits
    {1ull << 63, ERR_NOT_ACCEPTABLE, 0},
    {1ull << 32, ERR_NOT_ACCEPTABLE, 0},
};

START_TEST(a_status_that_is_none_is_refused)
{
    for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        pair_open(PAIR_RING);
        struct packet packet = pair_message(1, false);
        pair_describe(&packet, 0, 10);
        pair_forge(&pair_a, packet, REGION_STREAMED);
        memcpy(REGION_RING(pair_a.region) + 10, &statuses[i].status, sizeof(uint64_t));
        atomic_store(&pair_line(&pair_a)->bytes, 10 + sizeof(uint64_t));
        error_t result = pair_take(&pair_b, &packet);
        ck_assert_msg(result == statuses[i].result, "%u: %d", i, result);
        if (statuses[i].result == OK) {
            struct payload payload = pair_payload(&packet, 0);
            ck_assert_int_eq(!payload.ptr, statuses[i].error != 0);
            ck_assert(payload.ptr || (int)(intptr_t)payload.len == statuses[i].error);
            pair_free(&packet);
        }
        pair_close();
    }
}
END_TEST

START_TEST(only_messages_have_payloads)
{
    static const enum wire_kind kinds[] = {WIRE_ACK, WIRE_NACK, WIRE_DOORBELL};
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        pair_open(PAIR_RING);
        struct packet packet = pair_message(4, true), taken;
        packet.word = wire_word(kinds[i], 1, 1);
        pair_forge(&pair_a, packet, 5000);
        ck_assert_int_eq(pair_take(&pair_b, &taken), OK);
        ck_assert_uint_eq(taken.word, packet.word);
        ck_assert_uint_eq(pair_b.ch.shm->bytes_taken, 0);
        pair_close();
    }
}
END_TEST

START_TEST(a_string_without_its_nul_gets_one)
{
    pair_open(PAIR_RING);
    struct packet packet;
    struct payload payload = {data, 5};
    memcpy(data, "12345", 5);
    ck_assert_int_eq(pair_send(&pair_a, pair_message(1, true), &payload, 1, SHM_KEEP), OK);
    ck_assert_int_eq(pair_take(&pair_b, &packet), OK);
    ck_assert_str_eq(pair_payload(&packet, 0).ptr, "12345");
    ck_assert_uint_eq(pair_payload(&packet, 0).len, 6);
    pair_free(&packet);
    pair_close();
}
END_TEST

START_TEST(a_peer_that_puts_byte_by_byte_holds_nobody_up)
{
    pair_open(PAIR_RING);
    struct packet packet = pair_message(4, false), taken;
    for (unsigned k = 0; k < 4; k++)
        pair_describe(&packet, k, 1000);
    pair_forge(&pair_a, packet, 0);
    for (unsigned n = 1; n < 4000; n++) {
        atomic_store(&pair_line(&pair_a)->bytes, n);
        ck_assert_int_eq(pair_take(&pair_b, &taken), ERR_WOULD_BLOCK);
    }
    atomic_store(&pair_line(&pair_a)->bytes, 4000);
    ck_assert_int_eq(pair_take(&pair_b, &taken), OK);
    pair_free(&taken);
    pair_close();
}
END_TEST

// --- False counters -----------------------------------------------------------------------------

// The receiver's claims about what it has taken, after the sender has put one packet of 100 bytes.
static const struct {
    const char *what;
    uint32_t taken;
    uint64_t bytes_taken;
    bool has_room; // the ring of 4096 bytes has room for 4000 more
} claims[] = {
    {"nothing", 0, 0, false},
    {"all", 1, 100, true},
    {"the bytes alone", 0, 100, true},
    {"a byte too few", 1, 3, false},
    {"what is just enough", 1, 4, true},
    {"one byte more than there are", 1, 101, false},
    {"all bytes", 1, UINT64_MAX, false},
    {"bytes of the next ring", 1, PAIR_RING + 100, false},
};

START_TEST(a_receiver_that_claims_too_much_gets_nothing_more)
{
    for (unsigned i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        pair_open(PAIR_RING);
        struct payload payload = {data, 100};
        ck_assert_int_eq(pair_send(&pair_a, pair_message(1, false), &payload, 1, SHM_KEEP), OK);
        atomic_store(&pair_line(&pair_b)->taken, claims[i].taken);
        atomic_store(&pair_line(&pair_b)->bytes_taken, claims[i].bytes_taken);
        payload.len = 4000;
        ck_assert_int_eq(pair_send(&pair_a, pair_message(1, false), &payload, 1, SHM_KEEP), OK);
        bool was_kept = !list_is_empty(region_keeping());
        ck_assert_msg(was_kept != claims[i].has_room, "%s", claims[i].what);
        if (was_kept)
            shm_forget_kept(pair_a.ch.shm);
        ck_assert_uint_le(pair_a.ch.shm->bytes, 2 * PAIR_RING);
        pair_close();
    }
}
END_TEST

// The number of packets that the receiver claims to have taken when all slots are full.
static const struct {
    uint32_t taken;
    error_t result; // result of sending one more
} slots[] = {
    {0, ERR_WOULD_BLOCK},
    {1, OK},
    {REGION_SLOTS, OK},
    {REGION_SLOTS + 1, ERR_WOULD_BLOCK},
    {UINT32_MAX, ERR_WOULD_BLOCK},
    {1u << 31, ERR_WOULD_BLOCK},
};

START_TEST(slots_that_the_receiver_cannot_have_freed_are_not_free)
{
    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        pair_open(PAIR_RING);
        struct packet packet = pair_packet(WIRE_REPLY, 1);
        for (unsigned n = 0; n < REGION_SLOTS; n++)
            ck_assert_int_eq(shm_send(&pair_a.ch, &packet, NULL, 0, SHM_KEEP), OK);
        atomic_store(&pair_line(&pair_b)->taken, slots[i].taken);
        ck_assert_int_eq(shm_send(&pair_a.ch, &packet, NULL, 0, SHM_KEEP), slots[i].result);
        pair_close();
    }
}
END_TEST

START_TEST(the_line_of_another_channel_says_nothing)
{
    pair_open(PAIR_RING);
    struct packet packet = pair_message(1, false);
    struct payload payload = {data, 100};
    atomic_store(&pair_line(&pair_b)->word, peer_word(PAIR_CHAN - 1, 0, 0));
    atomic_store(&pair_line(&pair_b)->taken, 99);
    atomic_store(&pair_line(&pair_b)->bytes_taken, 1000);
    ck_assert_int_eq(pair_send(&pair_a, packet, &payload, 1, SHM_KEEP), OK);
    ck_assert(list_is_empty(region_keeping()));
    atomic_store(&pair_line(&pair_b)->bytes, 5);
    ck_assert_uint_eq(region_peer_bytes(&pair_a.ch), 0);
    ck_assert_int_eq(pair_take(&pair_b, &packet), OK);
    pair_free(&packet);
    pair_close();
}
END_TEST

START_TEST(a_ring_of_another_size_is_refused)
{
    static const uint32_t sizes[] = {0,
                                     1,
                                     REGION_MIN_RING / 2,
                                     REGION_MIN_RING + 1,
                                     3 * REGION_MIN_RING,
                                     2 * REGION_MAX_RING,
                                     1u << 31};
    int fd = memfd_create("region", MFD_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, (off_t)REGION_SIZE(1u << 31)) == 0);
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct channel ch = {.fd = -1};
        ck_assert_int_eq(region_attach(&ch, sizes[i], dup(fd), dup(fd)), ERR_NO_MEMORY);
        ck_assert_ptr_null(ch.shm);
    }
    close(fd);
}
END_TEST

RUN_TESTS("shm_hostile", a_packet_that_lies_of_its_payloads_is_refused,
          a_status_that_is_none_is_refused, only_messages_have_payloads,
          a_string_without_its_nul_gets_one, a_peer_that_puts_byte_by_byte_holds_nobody_up,
          a_receiver_that_claims_too_much_gets_nothing_more,
          slots_that_the_receiver_cannot_have_freed_are_not_free,
          the_line_of_another_channel_says_nothing, a_ring_of_another_size_is_refused)
