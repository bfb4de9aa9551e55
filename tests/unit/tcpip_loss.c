// Tests how fast bytes arrive if packets are lost or delayed. The receiver behaves like a kernel's
// without SACK. The wire loses and delays frames in simulated time, so the measured seconds are the
// protocol's, and the same on each machine.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stack.h"
#include "tcpip_peer.h"
#include "run_tests.h"

#define SIZE       (20u << 20)
#define FRAMES_MAX 4096 // the most frames on the wire
#define DELAYED_US 40000
#define WINDOW     (4u * 1024 * 1024)
#define SCALE      7
#define PORT       40000

static struct wire {
    unsigned loss; // lost frames of 1000, in each direction
    uint64_t delay_us;
} wire;

struct frame {
    uint64_t at;
    uint64_t order;
    bool up; // the frame goes to the stack
    size_t len;
    uint8_t bytes[1514];
};

static struct frame *frames[FRAMES_MAX]; // a heap
static size_t num_frames;
static struct frame *unused[FRAMES_MAX]; // frames that can be used again
static size_t num_free, num_used;
static uint64_t next_order;
static uint32_t chance = 1;

static unsigned draw(unsigned n)
{
    chance = chance * 1664525 + 1013904223;
    return (chance >> 8) % n;
}

static bool is_before(const struct frame *a, const struct frame *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put_on_wire(const uint8_t *bytes, size_t len, bool up)
{
    if (draw(1000) < wire.loss)
        return;
    ck_assert_uint_lt(num_frames, FRAMES_MAX);
    static struct frame pool[FRAMES_MAX];
    struct frame *frame = num_free > 0 ? unused[--num_free] : &pool[num_used++];
    *frame =
        (struct frame){.at = clock_us + wire.delay_us, .order = next_order++, .up = up, .len = len};
    memcpy(frame->bytes, bytes, len);
    size_t i = num_frames++;
    for (; i > 0 && is_before(frame, frames[(i - 1) / 2]); i = (i - 1) / 2)
        frames[i] = frames[(i - 1) / 2];
    frames[i] = frame;
}

static struct frame *take_from_wire(void)
{
    struct frame *first = frames[0], *last = frames[--num_frames];
    size_t i = 0;
    while (2 * i + 1 < num_frames) {
        size_t child = 2 * i + 1;
        if (child + 1 < num_frames && is_before(frames[child + 1], frames[child]))
            child++;
        if (!is_before(frames[child], last))
            break;
        frames[i] = frames[child];
        i = child;
    }
    frames[i] = last;
    return first;
}

static void from_stack(const struct segment *segment, const uint8_t *frame, size_t len)
{
    (void)segment;
    put_on_wire(frame, len, false);
}

static uint8_t bytes[SIZE]; // the bytes to send

// --- The receiver -------------------------------------------------------------------------------

static struct receiver {
    bool open;
    uint32_t first; // sequence number of the first byte
    uint32_t next;  // sequence number of the first missing byte
    bool have[SIZE];
    size_t num_in_order;
    unsigned unacknowledged; // segments that were not acknowledged yet
    uint64_t ack_at;         // 0: nothing waits
    uint64_t syn_at;
} receiver;

static void send_from_receiver(unsigned flags)
{
    static const uint8_t options[8] = {2, 4, 1460 >> 8, 1460 & 255, 1, 3, 3, SCALE};
    bool syn = flags & FLAG_SYN;
    struct segment segment = {.from = PEER_ADDR,
                              .to = OUR_ADDR,
                              .from_port = PORT,
                              .to_port = 80,
                              .seq = syn ? 999 : 1000,
                              .ack = syn ? 0 : receiver.next,
                              .flags = flags,
                              .window = syn ? 65535 : WINDOW >> SCALE,
                              .options = options,
                              .options_len = syn ? sizeof(options) : 0};
    uint8_t frame[1514];
    put_on_wire(frame, peer_make(frame, &segment), true);
    receiver.unacknowledged = 0;
    receiver.ack_at = 0;
}

static void receive_data(const struct segment *segment)
{
    size_t at = segment->seq - receiver.first;
    bool expected = segment->seq == receiver.next;
    ck_assert(segment->data_len <= SIZE && at <= SIZE - segment->data_len);
    ck_assert(memcmp(segment->data, bytes + at, segment->data_len) == 0);
    memset(receiver.have + at, true, segment->data_len);
    size_t before = receiver.num_in_order;
    while (receiver.num_in_order < SIZE && receiver.have[receiver.num_in_order])
        receiver.num_in_order++;
    receiver.next = receiver.first + (uint32_t)receiver.num_in_order;
    bool filled = receiver.num_in_order - before > segment->data_len;
    if (!expected || filled || ++receiver.unacknowledged >= 2)
        send_from_receiver(FLAG_ACK);
    else if (!receiver.ack_at)
        receiver.ack_at = clock_us + DELAYED_US;
}

static void receive(const struct frame *frame)
{
    struct segment segment;
    ck_assert(peer_parse(frame->bytes, frame->len, &segment));
    if (segment.flags & FLAG_SYN) {
        receiver.open = true;
        receiver.first = receiver.next = segment.seq + 1;
        receiver.syn_at = 0;
        send_from_receiver(FLAG_ACK);
    } else if (receiver.open && segment.data_len > 0) {
        receive_data(&segment);
    }
}

// --- The whole ----------------------------------------------------------------------------------

static struct sock *listener, *server;
static size_t num_sent;

static void serve(void)
{
    if (!server && IS_OK(stream_accept(listener, &server)))
        sock_own(server, 1, 2);
    while (server && num_sent < SIZE) {
        size_t sent;
        ck_assert_int_eq(stream_send(server, bytes + num_sent, MIN(SIZE - num_sent, 65536u), &sent),
                         OK);
        num_sent += sent;
        if (sent == 0)
            break;
    }
}

static uint64_t next_of(uint64_t a, uint64_t b)
{
    return b && b < a ? b : a;
}

// Returns the seconds until all bytes have arrived, at most `limit`.
static double transfer(struct wire w, double limit)
{
    wire = w;
    on_segment = from_stack;
    uint64_t begin = clock_us;
    error_t err = stream_listen(80, 4, &listener);
    ck_assert_int_eq(err, OK);
    sock_own(listener, 1, 1);
    receiver.syn_at = clock_us;
    while (receiver.num_in_order < SIZE && (double)(clock_us - begin) < limit * 1e6) {
        msec_t timer = stack_run_timers();
        uint64_t next = timer < 0 ? UINT64_MAX : clock_us + (uint64_t)MAX(timer, 1) * 1000;
        if (num_frames > 0)
            next = next_of(next, frames[0]->at);
        next = next_of(next, receiver.ack_at);
        next = next_of(next, receiver.syn_at);
        clock_us = MAX(next, clock_us);
        if (receiver.syn_at && receiver.syn_at <= clock_us) {
            send_from_receiver(FLAG_SYN);
            receiver.syn_at = clock_us + 1000000;
        }
        if (receiver.ack_at && receiver.ack_at <= clock_us)
            send_from_receiver(FLAG_ACK);
        while (num_frames > 0 && frames[0]->at <= clock_us) {
            struct frame *frame = take_from_wire();
            if (frame->up)
                stack_input(frame->bytes, frame->len);
            else
                receive(frame);
            unused[num_free++] = frame;
        }
        serve();
    }
    double seconds = (double)(clock_us - begin) / 1e6;
    fprintf(stderr, "loss %.1f %%, %.1f ms each way: %zu bytes in %.2f s, %.2f MB/s\n",
            w.loss / 10.0, (double)w.delay_us / 1000, receiver.num_in_order, seconds,
            (double)receiver.num_in_order / 1e6 / seconds);
    return seconds;
}

static void start(void)
{
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 31 + i / 251);
    peer_start();
}

START_TEST(a_clean_wire_is_no_bound)
{
    ck_assert(transfer((struct wire){.delay_us = 500}, 100) < 1);
}
END_TEST

START_TEST(one_packet_of_a_hundred_is_lost)
{
    ck_assert(transfer((struct wire){.loss = 10, .delay_us = 500}, 100) < 7);
}
END_TEST

START_TEST(five_packets_of_a_hundred_are_lost)
{
    ck_assert(transfer((struct wire){.loss = 50, .delay_us = 500}, 1000) < 150);
}
END_TEST

START_TEST(a_long_way_is_filled)
{
    ck_assert(transfer((struct wire){.delay_us = 50000}, 100) < 20.97 / 6);
}
END_TEST

START_TEST(a_long_way_with_a_loss_now_and_then)
{
    ck_assert(transfer((struct wire){.loss = 1, .delay_us = 20000}, 100) < 12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcpip_loss");
    TCase *tcase = tcase_create("tcpip_loss");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, a_clean_wire_is_no_bound);
    tcase_add_test(tcase, one_packet_of_a_hundred_is_lost);
    tcase_add_test(tcase, five_packets_of_a_hundred_are_lost);
    tcase_add_test(tcase, a_long_way_is_filled);
    tcase_add_test(tcase, a_long_way_with_a_loss_now_and_then);
    return run_check(suite);
}
