// Tests how packets are accepted: which are refused and with which error, where payloads come from,
// and what is freed when an answer is dropped.
#include "take.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <oolong/message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include "run_tests.h"
#include "doorbell.h"
#include "link.h"
#include "map.h"
#include "message_type.h"
#include "ool.h"
#include "page.h"
#include "payload.h"
#include "self.h"
#include "stream.h"

#define PLAIN   0x1234
#define BYTES   (MSG_OOL | 0x1234) // one payload
#define BAD     0x4321             // idlc makes no such type
#define REFUSED 0x2222             // the peer defines this method differently
#define SEQ     77
#define NO_ACK  1

struct self ipc_self;

static struct state_page page;
static struct channel ch;
static int acked; // the error of the last acknowledgement, or NO_ACK
static unsigned num_dropped, num_taken, num_counted, num_warnings;
static error_t ool_result, map_result;
static uint16_t peer_sent;

void link_ack(struct channel *channel, uint32_t seq, error_t error)
{
    ck_assert(channel == &ch && acked == NO_ACK);
    ck_assert_uint_eq(seq, SEQ);
    acked = error;
}

void link_drop(struct channel *channel, struct packet *packet)
{
    (void)channel, (void)packet;
    num_dropped++;
}

bool channel_refuses(struct channel *channel, int type)
{
    (void)channel;
    return type == REFUSED;
}

uint16_t channel_peer_sent(struct channel *channel)
{
    (void)channel;
    return peer_sent;
}

void channel_publish(struct channel *channel)
{
    (void)channel;
}

bool message_type_is_valid(int type, const struct idl_message **known)
{
    (void)known;
    return type != BAD;
}

error_t ool_take(task_t src, struct message *m)
{
    ck_assert_int_eq(src, ch.task);
    num_taken++;
    if (ool_result == OK)
        payload_descriptors(m)[0] = (struct payload){malloc(3), 3};
    return ool_result;
}

error_t map_reply(struct message *m, int fd)
{
    (void)m;
    close(fd);
    return map_result;
}

void page_count(_Atomic uint64_t *counter, uint64_t n)
{
    ck_assert(counter == &page.bytes_received && n == 3);
    num_counted++;
}

void page_count_received(task_t src, int type, bool is_answer)
{
    (void)src, (void)type, (void)is_answer;
}

void doorbell_note(const struct channel *channel)
{
    (void)channel;
}

void oolong_warn(const char *prefix, const char *fmt, ...)
{
    (void)prefix, (void)fmt;
    num_warnings++;
}

const char *err2str(error_t err)
{
    (void)err;
    return "error";
}

const char *msgtype2str(int type)
{
    (void)type;
    return "message";
}

struct stream *stream_find(const void *payload)
{
    (void)payload;
    return NULL;
}

static void prepare(bool is_vm, bool carries, bool has_ended)
{
    ipc_self.page = &page;
    ipc_self.boot.task = is_vm ? VM_TASK : 9;
    ch = (struct channel){.task = 5, .carries = carries, .fd = has_ended ? -1 : 0};
    acked = NO_ACK;
    num_dropped = num_taken = num_counted = num_warnings = 0;
    ool_result = map_result = OK;
}

// Makes a packet. If it carries a payload, that is three bytes of allocated memory.
static struct packet make_packet(enum wire_kind kind, int type, bool carries)
{
    struct packet packet = {.type = type, .word = wire_word(kind, SEQ, SEQ)};
    struct payload payload = {carries ? malloc(3) : NULL, 3};
    if (type >= 0 && (type & MSG_OOL))
        memcpy(packet.raw, &payload, sizeof(payload));
    else
        free(payload.ptr);
    return packet;
}

// --- Messages -----------------------------------------------------------------------------------

static const struct {
    const char *what;
    enum wire_kind kind;
    int type;
    bool is_vm, has_ended;
    bool is_taken;
    int result, ack;
} messages[] = {
    {"a send", WIRE_SEND, PLAIN, false, false, true, OK, OK},
    {"a send of an error", WIRE_SEND, ERR_EMPTY, false, false, true, ERR_EMPTY, OK},
    {"a call", WIRE_CALL, PLAIN, false, false, true, OK, NO_ACK},
    {"a call that is an error", WIRE_CALL, ERR_EMPTY, false, false, false, 0, ERR_INVALID_ARG},
    {"one that does not wait", WIRE_NOBLOCK, PLAIN, false, false, true, OK, NO_ACK},
    {"a type that is none", WIRE_SEND, BAD, false, false, false, 0, ERR_INVALID_ARG},
    {"a call of such a type", WIRE_CALL, BAD, false, false, false, 0, ERR_INVALID_ARG},
    {"another method", WIRE_CALL, REFUSED, false, false, false, 0, ERR_NOT_ACCEPTABLE},
    {"another method, not waiting", WIRE_NOBLOCK, REFUSED, false, false, false, 0, NO_ACK},
    {"a send before the end", WIRE_SEND, PLAIN, false, true, true, OK, NO_ACK},
    {"a bad send before the end", WIRE_SEND, BAD, false, true, false, 0, NO_ACK},
    {"a request to vm", WIRE_CALL, PLAIN, true, false, true, OK, NO_ACK},
    {"one with a payload", WIRE_CALL, BYTES, true, false, true, OK, NO_ACK},
    {"a bad one to vm", WIRE_CALL, BAD, true, false, false, 0, ERR_INVALID_ARG},
};

START_TEST(a_message_is_accepted_or_its_sender_hears_why_not)
{
    for (unsigned i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        struct message m;
        error_t result = 0;
        prepare(messages[i].is_vm, false, messages[i].has_ended);
        struct packet packet = make_packet(messages[i].kind, messages[i].type, false);
        bool is_taken = take_message(&ch, &packet, &m, &result);
        ck_assert_msg(is_taken == messages[i].is_taken && acked == messages[i].ack &&
                          result == messages[i].result,
                      "%s: taken %d, result %d, acknowledged %d", messages[i].what, is_taken,
                      result, acked);
        ck_assert_int_eq(num_warnings, !is_taken && messages[i].kind == WIRE_NOBLOCK);
        ck_assert_int_eq(num_dropped, messages[i].type == BAD || messages[i].type == REFUSED);
        ck_assert(!is_taken || (m.src == ch.task && m.type == messages[i].type));
        ck_assert_uint_eq(num_taken, 0);
    }
}
END_TEST

START_TEST(a_call_is_open_until_its_caller_ends)
{
    struct message m;
    error_t result;
    for (unsigned has_ended = 0; has_ended < 2; has_ended++) {
        prepare(false, false, has_ended);
        struct packet call = make_packet(WIRE_CALL, PLAIN, false);
        ck_assert(take_message(&ch, &call, &m, &result));
        ck_assert_uint_eq(ch.call.taken_call, SEQ);
        ck_assert_int_eq(ch.call.open, !has_ended);
        ck_assert_uint_eq(ch.call.taken_pull, 0);

        prepare(false, false, has_ended);
        struct packet pull = make_packet(WIRE_CALL, ASYNC_MSG, false);
        ck_assert(take_message(&ch, &pull, &m, &result));
        ck_assert_uint_eq(ch.call.taken_pull, has_ended ? 0 : SEQ);
        ck_assert(!ch.call.open);
    }
}
END_TEST

START_TEST(one_that_does_not_wait_is_marked_as_taken_even_if_it_is_refused)
{
    static const int types[] = {PLAIN, BAD};
    for (unsigned i = 0; i < 2; i++) {
        struct message m;
        error_t result;
        prepare(false, false, false);
        peer_sent = PEER_NOBLOCK | 0x0f;
        ch.peer.word_seen = 0x30;
        struct packet packet = make_packet(WIRE_NOBLOCK, types[i], false);
        (void)take_message(&ch, &packet, &m, &result);
        ck_assert_uint_eq(ch.peer.word_seen, PEER_NOBLOCK | 0x30); // no other bit has changed
    }
}
END_TEST

// --- Payloads -----------------------------------------------------------------------------------

static const struct {
    const char *what;
    bool carries;      // the packet comes with its payload,
    bool lacks_memory; // or with an error in its place
    error_t from_vm;   // otherwise: result of fetching the payload
    bool is_taken;
    int ack;
} payloads[] = {
    {"placed by vm", false, false, OK, true, OK},
    {"revoked", false, false, ERR_TRY_AGAIN, false, ERR_TRY_AGAIN},
    {"never placed", false, false, ERR_NOT_FOUND, false, ERR_NOT_FOUND},
    {"carried", true, false, ERR_NOT_FOUND, true, OK},
    {"carried, without memory", true, true, OK, false, ERR_NO_MEMORY},
};

START_TEST(a_payload_is_fetched_unless_it_came_with_its_packet)
{
    for (unsigned i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        struct message m;
        error_t result;
        prepare(false, payloads[i].carries, false);
        ool_result = payloads[i].from_vm;
        bool brings = payloads[i].carries && !payloads[i].lacks_memory;
        struct packet packet = make_packet(WIRE_SEND, BYTES, brings);
        struct payload lacking = {NULL, (size_t)(intptr_t)ERR_NO_MEMORY};
        if (payloads[i].lacks_memory)
            memcpy(packet.raw, &lacking, sizeof(lacking));
        bool is_taken = take_message(&ch, &packet, &m, &result);
        ck_assert_msg(is_taken == payloads[i].is_taken && acked == payloads[i].ack,
                      "%s: taken %d, acknowledged %d", payloads[i].what, is_taken, acked);
        ck_assert_uint_eq(num_taken, !payloads[i].carries);
        ck_assert_uint_eq(num_counted, is_taken);
        if (is_taken)
            ipc_free_payloads(&m);
    }
}
END_TEST

// --- Answers ------------------------------------------------------------------------------------

static const struct {
    const char *what;
    enum wire_kind kind;
    int type;
    bool is_vm;
    error_t result;
} answers[] = {
    {"an acknowledgement", WIRE_ACK, 0, false, OK},
    {"a refusal", WIRE_NACK, ERR_TRY_AGAIN, false, ERR_TRY_AGAIN},
    {"a refusal without a reason", WIRE_NACK, 5, false, ERR_NOT_ACCEPTABLE},
    {"a refusal that is OK", WIRE_NACK, OK, false, ERR_NOT_ACCEPTABLE},
    {"a reply", WIRE_REPLY, PLAIN, false, OK},
    {"a reply that is an error", WIRE_REPLY, ERR_EMPTY, false, ERR_EMPTY},
    {"a reply of no type", WIRE_REPLY, BAD, false, ERR_INVALID_ARG},
    {"a reply of another method", WIRE_REPLY, REFUSED, false, ERR_NOT_ACCEPTABLE},
    {"a payload for vm", WIRE_REPLY, BYTES, true, ERR_NOT_ACCEPTABLE},
};

START_TEST(an_answer_is_what_the_call_returns)
{
    for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct message m = {.type = -99};
        prepare(answers[i].is_vm, false, false);
        struct packet packet = make_packet(answers[i].kind, answers[i].type, false);
        error_t result = take_answer(&ch, &packet, -1, &m);
        ck_assert_msg(result == answers[i].result, "%s: %d", answers[i].what, result);
        bool is_reply = answers[i].kind == WIRE_REPLY && result == OK;
        ck_assert_int_eq(m.type, is_reply ? answers[i].type : -99);
        ck_assert_int_eq(acked, NO_ACK);
    }
}
END_TEST

static bool is_open(int fd)
{
    return lseek(fd, 0, SEEK_CUR) >= 0 || dup2(fd, fd) >= 0;
}

START_TEST(the_descriptor_of_an_answer_is_used_up)
{
    for (unsigned i = 0; i <= sizeof(answers) / sizeof(answers[0]); i++) {
        struct message m;
        prepare(false, false, false);
        bool fails = i == sizeof(answers) / sizeof(answers[0]);
        map_result = fails ? ERR_NO_MEMORY : OK;
        struct packet packet = fails ? make_packet(WIRE_REPLY, PLAIN, false)
                                     : make_packet(answers[i].kind, answers[i].type, false);
        int fd = dup(STDERR_FILENO);
        error_t result = take_answer(&ch, &packet, fd, &m);
        ck_assert(!fails || result == ERR_NO_MEMORY);
        ck_assert(!is_open(fd));
        if (IS_OK(result) && packet.type == BYTES)
            ipc_free_payloads(&m);
    }
}
END_TEST

START_TEST(a_dropped_answer_leaves_nothing)
{
    static const int types[] = {PLAIN, BYTES, BAD, ERR_EMPTY};
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        for (unsigned carries = 0; carries < 2; carries++) {
            prepare(false, carries, false);
            struct packet packet = make_packet(WIRE_REPLY, types[i], carries);
            int fd = dup(STDERR_FILENO);
            drop_answer(&ch, &packet, fd);
            ck_assert(!is_open(fd));
            // A payload in a receive buffer is fetched, which frees the buffer.
            ck_assert_uint_eq(num_taken, types[i] == BYTES && !carries);
        }
    }
}
END_TEST

RUN_TESTS("take", a_message_is_accepted_or_its_sender_hears_why_not,
          a_call_is_open_until_its_caller_ends,
          one_that_does_not_wait_is_marked_as_taken_even_if_it_is_refused,
          a_payload_is_fetched_unless_it_came_with_its_packet, an_answer_is_what_the_call_returns,
          the_descriptor_of_an_answer_is_used_up, a_dropped_answer_leaves_nothing)
