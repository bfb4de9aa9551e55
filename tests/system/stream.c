// Payloads that are produced while they are sent: complete ones, ones that fail on the way, and
// ones for a slow receiver.

#include <malloc.h>
#include "scenario.h"
#include "../../libipc/link.h"
#include "../../libipc/region.h"

#define MIB    ((size_t)1 << 20)
#define BUFFER CONFIG_OOL_BUFFER_LEN

static const size_t sizes[] = {0,      1,      7,      8,           4096,  65535,
                               131073, 262136, 262144, 3 * MIB + 1, BUFFER};

struct making {
    uint8_t *from;
    size_t next; // offset of the next byte: each byte is asked for once, in order
    size_t fails_at;
    error_t error;
};

static error_t make(void *state, void *buf, size_t offset, size_t len)
{
    struct making *making = state;
    CHECK_EQ(offset, making->next);
    CHECK(len > 0);
    making->next = offset + len;
    size_t good = offset + len > making->fails_at ? making->fails_at - offset : len;
    memcpy(buf, making->from + offset, good);
    return good < len ? making->error : OK;
}

static struct making *begin(uint8_t *from, size_t fails_at, error_t error)
{
    struct making *making = ool_stream(make, sizeof(*making));
    CHECK(making && !making->from && !making->next);
    *making = (struct making){.from = from, .fails_at = fails_at, .error = error};
    return making;
}

static void answer_stream(const struct message *m)
{
    size_t len = m->stage_stream.len;
    uint8_t *data = pattern(len, m->stage_stream.seed);
    struct making *making = begin(data, m->stage_stream.fails_at, m->stage_stream.error);
    struct message r = {.type = STAGE_STREAM_REPLY_MSG};
    r.stage_stream_reply.data = making;
    r.stage_stream_reply.data_len = len;
    ipc_reply(m->src, &r);
    CHECK(making->next == len || making->next > making->fails_at);
    free(making); // generated servers do the same
    free(data);
}

static void serve_streams(void)
{
    for (;;) {
        struct message m;
        CHECK_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == STAGE_STREAM_MSG)
            answer_stream(&m);
        else if (m.type == STAGE_QUIT_MSG)
            return;
        else
            CHECK(serve_one(&m));
    }
}

// A request for `len` bytes of pattern `seed`, which the server makes while it sends them. Making
// them fails with `error` at byte `fails_at`; SIZE_MAX: never.
static struct message question(size_t len, unsigned seed, size_t fails_at, error_t error)
{
    struct message m = {.type = STAGE_STREAM_MSG};
    m.stage_stream.len = len;
    m.stage_stream.seed = seed;
    m.stage_stream.fails_at = fails_at;
    m.stage_stream.error = error;
    return m;
}

static void check_pattern(void *data, size_t len, size_t expected, unsigned seed)
{
    CHECK_EQ(len, expected);
    CHECK(malloc_usable_size(data) >= len);
    CHECK(is_pattern(data, len, seed));
    free(data);
}

static void ask(task_t a, size_t len, unsigned seed)
{
    struct message m = question(len, seed, SIZE_MAX, OK);
    CHECK_OK(ipc_call(a, &m));
    CHECK_EQ(m.type, STAGE_STREAM_REPLY_MSG);
    check_pattern(m.stage_stream_reply.data, m.stage_stream_reply.data_len, len, seed);
}

// In a reply and in a call.
static void sizes_lead(void)
{
    task_t a = meet("a");
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ask(a, sizes[i], i);
        uint8_t *data = pattern(sizes[i], i + 1);
        struct message m = {.type = STAGE_ECHO_MSG};
        struct making *making = begin(data, SIZE_MAX, OK);
        m.stage_echo.data = making;
        m.stage_echo.data_len = sizes[i];
        CHECK_OK(ipc_call(a, &m));
        CHECK_EQ(making->next, sizes[i]);
        check_pattern(m.stage_echo_reply.data, m.stage_echo_reply.data_len, sizes[i], i + 1);
        free(making);
        free(data);
    }
    quit(a);
}

// The other payloads of such a message are ordinary ones.
static void serve_two(void)
{
    struct message m, r = {.type = STAGE_TWO_REPLY_MSG};
    expect(meet("main"), STAGE_TWO_MSG, &m);
    CHECK(is_pattern(m.stage_two.a, m.stage_two.a_len, 1));
    r.stage_two_reply.b = m.stage_two.b;
    r.stage_two_reply.a = m.stage_two.a;
    r.stage_two_reply.a_len = 10;
    ipc_reply(m.src, &r);
    ipc_free_payloads(&m);
    serve_until_quit();
}

static void two_lead(void)
{
    task_t a = meet("a");
    uint8_t *data = pattern(MIB, 1);
    struct making *making = begin(data, SIZE_MAX, OK);
    struct message m = {.type = STAGE_TWO_MSG};
    m.stage_two.a = making;
    m.stage_two.a_len = MIB;
    m.stage_two.b = STR("a string");
    CHECK_OK(ipc_call(a, &m));
    CHECK(!strcmp(m.stage_two_reply.b, "a string"));
    check_pattern(m.stage_two_reply.a, m.stage_two_reply.a_len, 10, 1);
    free(m.stage_two_reply.b);
    free(making);
    free(data);
    check_serves(a);
    quit(a);
}

static void check_fails(task_t a, size_t len, size_t at, error_t error, error_t expected)
{
    struct message m = question(len, 1, at, error);
    CHECK_ERR(ipc_call(a, &m), expected);

    uint8_t *data = pattern(len, 1);
    struct making *making = begin(data, at, error);
    m = data_message(making, len, 1);
    CHECK_ERR(ipc_send(a, &m), expected);
    free(making);
    making = begin(data, at, error);
    m = (struct message){.type = STAGE_ECHO_MSG};
    m.stage_echo.data = making;
    m.stage_echo.data_len = len;
    CHECK_ERR(ipc_call(a, &m), expected);
    CHECK(m.stage_echo.data == making);
    free(making);
    free(data);
    check_serves(a);
}

// A message whose payload fails is not delivered: the server would stop at an unknown message.
static void fails_lead(void)
{
    task_t a = meet("a");
    const size_t places[] = {0, 1, 65536, MIB - 1};
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        check_fails(a, MIB, places[i], ERR_NO_SPACE, ERR_NO_SPACE);
    check_fails(a, 1, 0, ERR_UNAVAILABLE, ERR_UNAVAILABLE);
    check_fails(a, BUFFER, BUFFER - 1, ERR_NOT_FOUND, ERR_NOT_FOUND);
    // Errors that a reply must not have: the client gets ERR_UNAVAILABLE instead.
    check_fails(a, 10, 5, ERR_TRY_AGAIN, ERR_UNAVAILABLE);
    check_fails(a, 10, 5, DONT_REPLY, ERR_UNAVAILABLE);
    check_fails(a, 10, 5, ERR_LAST - 1, ERR_UNAVAILABLE);
    ask(a, MIB, 2);
    quit(a);
}

// A caller goes on waiting if the sender could not produce a message that is not its answer.
static void send_instead_of_a_reply(void)
{
    struct message m;
    task_t lead = meet("main");
    expect(lead, STAGE_ASK_MSG, &m);
    uint8_t *data = pattern(MIB, 1);
    struct making *making = begin(data, MIB / 2, ERR_NO_SPACE);
    struct message sent = data_message(making, MIB, 1);
    CHECK_ERR(ipc_send(lead, &sent), ERR_NO_SPACE);
    free(making);
    free(data);
    CHECK(serve_one(&m));
    serve_until_quit();
}

static void asking_lead(void)
{
    task_t a = meet("a");
    check_serves(a);
    check_serves(a);
    quit(a);
}

static void refused_lead(void)
{
    task_t a = meet("a");
    struct making *making = begin(NULL, 0, OK);
    struct message m = {.type = STAGE_SAY_MSG};
    m.stage_say.text = (char *)making;
    CHECK_ERR(ipc_call(a, &m), ERR_INVALID_ARG);
    free(making);
    making = begin(NULL, 0, OK);
    m = (struct message){.type = BENCHMARK_NOP_WITH_OOL_MSG};
    m.benchmark_nop_with_ool.data = making;
    m.benchmark_nop_with_ool.data_len = 1;
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_INVALID_ARG);
    free(making);
    making = begin(NULL, 0, OK);
    m = data_message(making, BUFFER + 1, 1);
    CHECK_ERR(ipc_send(a, &m), ERR_TOO_LARGE);
    CHECK_EQ(making->next, 0);
    free(making);
    making = begin(NULL, 0, OK);
    uint8_t first[] = {1};
    m = (struct message){.type = STAGE_FOUR_MSG}; // only the first payload may be made in place
    m.stage_four.a = STR("a");
    m.stage_four.b = making;
    m.stage_four.b_len = 1;
    m.stage_four.c = STR("c");
    m.stage_four.d = first;
    m.stage_four.d_len = 1;
    CHECK_ERR(ipc_call(a, &m), ERR_INVALID_ARG);
    m = (struct message){.type = STAGE_PARCEL_MSG};
    m.stage_parcel.data = making;
    m.stage_parcel.data_len = 1;
    CHECK_ERR(async_send(a, &m), ERR_INVALID_ARG);
    ool_cancel(a, making);
    CHECK(!ool_stream(make, SIZE_MAX) && !ool_stream(make, SIZE_MAX - 32));
    ask(a, 100, 3);
    quit(a);
}

// --- A slow receiver ----------------------------------------------------------------------------

// The kept bytes of a failed payload contain nothing of the server's heap.
static void check_zero(const struct shm *s)
{
    const uint8_t *ring = REGION_RING(s->peers);
    for (uint64_t back = sizeof(s->in.status) + 1; back < s->ring_size / 2; back++)
        CHECK_EQ(ring[(s->bytes_taken - back) % s->ring_size], 0);
}

// Takes answers only after the server has kept them, complete ones and ones that failed.
static void drain_slowly(void)
{
    task_t b = meet("b");
    struct channel *ch = channel_find(b);
    CHECK(ch && ch->shm);
    for (uint32_t seq = 1; seq <= 20; seq++) {
        size_t len = (seq % 5 + 1) * MIB + seq;
        bool fails = seq % 3 == 0;
        struct message m = question(len, seq, fails ? len / 2 : SIZE_MAX, ERR_NO_SPACE);
        struct packet packet;
        memcpy(&packet, &m, sizeof(packet));
        CHECK_OK(link_send(ch, &packet, WIRE_CALL, seq, 0, true));
        WAIT_UNTIL(num_sent(b) >= seq); // the server has kept its reply
        check_serves(meet("c"));
        enum incoming in;
        do
            in = link_read(ch, &packet, -1, NULL);
        while (in == IN_HANDLED);
        CHECK_EQ(in, IN_ANSWER);
        CHECK_EQ(wire_ack(packet.word), seq);
        memcpy(&m, &packet, sizeof(m));
        CHECK_EQ(m.type, STAGE_STREAM_REPLY_MSG);
        if (fails) {
            CHECK(!m.stage_stream_reply.data);
            CHECK_EQ((error_t)(intptr_t)m.stage_stream_reply.data_len, ERR_NO_SPACE);
            check_zero(ch->shm);
        } else {
            check_pattern(m.stage_stream_reply.data, m.stage_stream_reply.data_len, len, seq);
        }
    }
    quit(b);
    quit(meet("c"));
}

static void watch_only(void) {}

const struct scenario stream_scenarios[] = {
    SCENARIO(stream_sizes, .lead = sizes_lead, .a = serve_streams),
    SCENARIO(stream_beside_a_string, .lead = two_lead, .a = serve_two),
    SCENARIO(stream_that_fails, .lead = fails_lead, .a = serve_streams),
    SCENARIO(stream_instead_of_a_reply, .lead = asking_lead, .a = send_instead_of_a_reply),
    SCENARIO(stream_refused, .lead = refused_lead, .a = serve_streams),
    SHM_SCENARIO(stream_drained_slowly, .lead = watch_only, .a = drain_slowly, .b = serve_streams,
                 .c = serve_until_quit),
    SCENARIOS_END,
};
