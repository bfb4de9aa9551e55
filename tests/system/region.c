// Channels with shared memory, in which one side breaks the rules or is slow. Such a task writes
// directly to its region and its line. See struct peer_line in wire.h.

#include <malloc.h>
#include "scenario.h"
#include "../../libipc/doorbell.h"
#include "../../libipc/link.h"
#include "../../libipc/region.h"
#include "../../libipc/shm_send.h"

#define MIB ((size_t)1 << 20)

static struct channel *channel_to(const char *part)
{
    struct channel *ch = channel_find(meet(part));
    CHECK(ch && ch->shm);
    return ch;
}

// --- Writing by hand ----------------------------------------------------------------------------

// Puts a packet into its slot. Its payloads have the given lengths; the first begins `ahead` bytes
// after the last byte that was put. Does not ring the doorbell.
static void put_ahead(struct channel *ch, enum wire_kind kind, int type, const size_t *lens,
                      uint64_t ahead)
{
    struct shm *s = ch->shm;
    struct packet packet = {.type = type, .word = wire_word(kind, 1, 0)};
    for (int k = 0; k < MSG_NUM_PAYLOADS(type); k++) {
        uintptr_t begin = k == 0 ? s->bytes + ahead : 0x1234;
        struct payload d = {(void *)begin, lens[k]};
        memcpy(packet.raw + (size_t)k * sizeof(d), &d, sizeof(d));
    }
    shm_put_packet(s, &packet);
}

static void put(struct channel *ch, enum wire_kind kind, int type, const size_t *lens)
{
    put_ahead(ch, kind, type, lens, 0);
}

static void put_bytes(struct channel *ch, const uint8_t *data, size_t len)
{
    struct shm *s = ch->shm;
    for (size_t i = 0; i < len; i++)
        REGION_RING(s->own)[(s->bytes + i) % s->ring_size] = data[i];
    s->bytes += len;
    atomic_store(&ch->peer.own->bytes, s->bytes);
}

static void put_data(struct channel *ch, size_t len)
{
    put(ch, WIRE_SEND, STAGE_DATA_MSG, &len);
}

// --- Lies ---------------------------------------------------------------------------------------

static void payload_of_all_memory(struct channel *ch)
{
    put_data(ch, SIZE_MAX);
}

static void payload_over_the_limit(struct channel *ch)
{
    put_data(ch, CONFIG_OOL_BUFFER_LEN + 1);
}

static void payloads_over_the_limit(struct channel *ch)
{
    const size_t lens[] = {1, CONFIG_OOL_BUFFER_LEN / 2, 1, CONFIG_OOL_BUFFER_LEN / 2};
    put(ch, WIRE_CALL, STAGE_FOUR_MSG, lens);
}

static void bytes_too_far(struct channel *ch)
{
    put_data(ch, 100);
    atomic_store(&ch->peer.own->bytes, ch->shm->ring_size + 1);
}

static void begins_before(struct channel *ch)
{
    put_ahead(ch, WIRE_SEND, STAGE_DATA_MSG, (const size_t[]){10}, (uint64_t)-1);
}

static void begins_too_far_on(struct channel *ch)
{
    put_ahead(ch, WIRE_SEND, STAGE_DATA_MSG, (const size_t[]){10}, ch->shm->ring_size + 1);
}

static void bytes_backwards(struct channel *ch)
{
    put_data(ch, 100);
    put_bytes(ch, (const uint8_t *)"0123456789", 10);
    doorbell_ring(ch);
    WAIT_UNTIL(atomic_load(&ch->peer.line->bytes_taken) == 10);
    atomic_store(&ch->peer.own->bytes, 9);
}

// A payload made while it was sent, followed by a status that is no error.
static void put_status(struct channel *ch, int64_t status)
{
    put_ahead(ch, WIRE_SEND, STAGE_DATA_MSG, (const size_t[]){10}, REGION_STREAMED);
    put_bytes(ch, (const uint8_t *)"0123456789", 10);
    put_bytes(ch, (const uint8_t *)&status, sizeof(status));
}

static void status_is_no_error(struct channel *ch)
{
    put_status(ch, 1);
}

static void status_is_too_low(struct channel *ch)
{
    put_status(ch, ERR_LAST - 1);
}

static void status_is_dont_reply(struct channel *ch)
{
    put_status(ch, DONT_REPLY);
}

static void status_is_cut_to_an_error(struct channel *ch)
{
    put_status(ch, (int64_t)1 << 32 | (uint32_t)ERR_ABORTED);
}

static void no_kind(struct channel *ch)
{
    put(ch, (enum wire_kind)0, STAGE_DATA_MSG, (const size_t[]){10});
    put_bytes(ch, (const uint8_t *)"0123456789", 10);
}

static void kind_of_the_launcher(struct channel *ch)
{
    put(ch, WIRE_CONTROL, CTL_GRANT, NULL);
}

static void says_it_ended(struct channel *ch)
{
    atomic_store(&ch->peer.own->closed, ch->chan);
}

static void (*const lies[])(struct channel *ch) = {
    payload_of_all_memory,   payload_over_the_limit,
    payloads_over_the_limit, bytes_too_far,
    bytes_backwards,         no_kind,
    kind_of_the_launcher,    says_it_ended,
    begins_before,           begins_too_far_on,
    status_is_no_error,      status_is_too_low,
    status_is_dont_reply,    status_is_cut_to_an_error,
};
#define NUM_LIES (int)(sizeof(lies) / sizeof(lies[0]))

static void launch(const char *line)
{
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = STR(line);
    CHECK_OK(ipc_call(VM_TASK, &m));
}

// A guest that tells one lie. Its channel must end.
static void lie(void)
{
    if (!strcmp(task_argv()[2], "a"))
        exit(EXIT_SUCCESS);
    struct channel *ch = channel_to("main");
    lies[atoi(task_argv()[3])](ch);
    doorbell_ring(ch);
    struct message m;
    CHECK_ERR(ipc_recv(ch->task, &m), ERR_ABORTED);
    quit(meet("d"));
}

static void count_lies(void)
{
    for (int i = 0; i < NUM_LIES; i++)
        serve_until_quit();
    quit(meet("main"));
}

static void ask_and_quit(void)
{
    task_t lead = meet("main");
    for (int i = 0; i < 50; i++)
        check_serves(lead);
    quit(lead);
}

// A server in an open receive is not disturbed by the lies, and serves the other tasks.
static void lied_to_lead(void)
{
    char line[64];
    for (int i = 0; i < NUM_LIES; i++) {
        snprintf(line, sizeof(line), "test_scenario region_that_lies guest %d", i);
        launch(line);
    }
    serve_until_quit();
    serve_until_quit();
}

// --- Payloads that arrive late -------------------------------------------------------------------

#define HALF 1000

static void send_in_halves(void)
{
    struct channel *ch = channel_to("main");
    uint8_t *data = pattern(2 * HALF, 5);
    put_data(ch, 2 * HALF);
    put_bytes(ch, data, HALF);
    doorbell_ring(ch);
    await_step(meet("d"));
    put_bytes(ch, data + HALF, HALF);
    doorbell_ring(ch);
    await_step(meet("d"));
    put_data(ch, 2 * HALF);
    put_bytes(ch, data, HALF);
    doorbell_ring(ch);
}

static void relay_steps(void)
{
    for (int i = 0; i < 2; i++) {
        await_step(meet("main"));
        step(meet("a"));
    }
}

static void halves_lead(void)
{
    struct channel *ch = channel_to("a");
    struct message m;
    WAIT_UNTIL(atomic_load(&ch->peer.line->bytes) == HALF);
    serve_until_quit(); // the request of c
    step(meet("d"));
    expect(ch->task, STAGE_DATA_MSG, &m);
    CHECK_EQ(m.stage_data.data_len, 2 * HALF);
    CHECK(is_pattern(m.stage_data.data, 2 * HALF, 5));
    free(m.stage_data.data);
    step(meet("d"));
    await_end(ch->task); // a ends in the middle of its next payload
    expect_nothing();
}

// --- Replies that are not drained ---------------------------------------------------------------

static size_t memory_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void ask_for_bytes(struct channel *ch, uint32_t seq, size_t len, unsigned seed)
{
    struct message m = {.type = STAGE_MAKE_MSG};
    struct packet packet;
    m.stage_make.len = len;
    m.stage_make.seed = seed;
    memcpy(&packet, &m, sizeof(packet));
    WAIT_UNTIL(link_send(ch, &packet, WIRE_CALL, seq, 0, false) == OK);
}

// Tries `looks` times to read without waiting, then waits for the whole payload.
static void drain(struct channel *ch, uint32_t seq, size_t len, unsigned seed, unsigned looks)
{
    struct packet packet;
    struct message m;
    enum incoming in = IN_NOTHING;
    for (unsigned i = 0; i < looks && in == IN_NOTHING; i++) {
        let_others_run();
        in = link_read(ch, &packet, 0, NULL);
    }
    while (in == IN_NOTHING || in == IN_HANDLED)
        in = link_read(ch, &packet, -1, NULL);
    CHECK_EQ(in, IN_ANSWER);
    CHECK_EQ(wire_ack(packet.word), seq);
    memcpy(&m, &packet, sizeof(m));
    CHECK_EQ(m.type, STAGE_MAKE_REPLY_MSG);
    CHECK_EQ(m.stage_make_reply.data_len, len);
    CHECK(is_pattern(m.stage_make_reply.data, len, seed));
    free(m.stage_make_reply.data);
}

#define HOARD 30

// Sends requests and takes no answer.
static void hoard(void)
{
    struct channel *ch = channel_to("main");
    for (uint32_t seq = 1; seq <= HOARD; seq++)
        ask_for_bytes(ch, seq, 4 * MIB, seq);
    await_step(meet("c"));
}

static void let_the_hoarder_end(void)
{
    await_step(meet("main"));
    step(meet("a"));
}

static void hoarded_lead(void)
{
    struct message m;
    task_t a = meet("a");
    size_t before = memory_in_use();
    for (int i = 0; i < HOARD; i++) {
        expect(a, STAGE_MAKE_MSG, &m);
        CHECK(serve_one(&m));
    }
    CHECK(memory_in_use() - before < 20 * MIB);
    step(meet("c"));
    await_end(a);
    CHECK(memory_in_use() - before < 4 * MIB);
}

// Takes answers so slowly that the server keeps them for later. Meanwhile c is served.
static void drain_slowly(void)
{
    struct channel *ch = channel_to("b");
    for (uint32_t seq = 1; seq <= 20; seq++) {
        size_t len = (seq % 5 + 1) * MIB + seq;
        ask_for_bytes(ch, seq, len, seq);
        WAIT_UNTIL(num_sent(ch->task) >= seq); // the server has kept its reply
        check_serves(meet("c"));
        drain(ch, seq, len, seq, seq % 3);
    }
    quit(ch->task);
    quit(meet("c"));
}

// The server ends after its reply. The library sends the kept replies before.
static void reply_and_end(void)
{
    struct message m;
    expect(meet("a"), STAGE_MAKE_MSG, &m);
    CHECK(serve_one(&m));
}

static void drain_the_last(void)
{
    struct channel *ch = channel_to("b");
    struct message m;
    ask_for_bytes(ch, 1, 5 * MIB, 7);
    WAIT_UNTIL(num_sent(ch->task) >= 1);
    drain(ch, 1, 5 * MIB, 7, 1);
    CHECK_ERR(ipc_recv(ch->task, &m), ERR_ABORTED);
}

// --- Memory -------------------------------------------------------------------------------------

// When memory is at its limit, the sender gets an error, and no other message is lost.
static void have_no_memory(void)
{
    void *all[64];
    int n = 0;
    task_t lead = meet("main");
    struct message m;
    await_step(lead); // main has registered its receive buffers by now
    while (n < 64 && (all[n] = malloc(8 * MIB)))
        n++;
    CHECK(n > 0 && n < 64);
    step(lead);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(await_step(lead), i);
    while (n > 0)
        free(all[--n]);
    step(lead);
    CHECK_OK(ipc_recv(lead, &m));
    CHECK_EQ(m.type, STAGE_DATA_MSG);
    CHECK(is_pattern(m.stage_data.data, m.stage_data.data_len, 3));
    free(m.stage_data.data);
}

static void memory_lead(void)
{
    task_t a = meet("a");
    uint8_t *data = pattern(10 * MIB, 3);
    struct message m = data_message(data, 10 * MIB, 1);
    step(a);
    await_step(a);
    for (int i = 0; i < 3; i++) {
        CHECK_ERR(ipc_send(a, &m), ERR_NO_MEMORY);
        step_value(a, i);
    }
    await_step(a);
    CHECK_OK(ipc_send(a, &m));
    free(data);
}

// If one of two tasks cannot map the channel, neither task has the channel.
static void cannot_map(void)
{
    struct message m = step_message(1);
    error_t err = ipc_send(ipc_lookup("main"), &m);
    CHECK(err == ERR_NO_MEMORY || err == ERR_ABORTED);
    CHECK_OK(ipc_serve("late"));
    serve_until_quit();
}

static void unmapped_lead(void)
{
    struct message m = {.type = STAGE_ASK_MSG};
    CHECK_ERR(ipc_call(ipc_lookup("a"), &m), ERR_ABORTED);
}

// The channel has ended, so main treats the server as ended.
static void find_late(void)
{
    CHECK(ipc_lookup("late") > 0);
}

static void watch_only(void) {}

const struct scenario region_scenarios[] = {
    SHM_SCENARIO(region_that_lies, .lead = lied_to_lead, .a = lie, .c = ask_and_quit,
                 .d = count_lies, .ends = "a"),
    SHM_SCENARIO(payload_that_is_long_in_coming, .lead = halves_lead, .a = send_in_halves,
                 .c = ask_and_quit, .d = relay_steps, .ends = "a"),
    SHM_SCENARIO(replies_hoarded, .lead = hoarded_lead, .a = hoard, .c = let_the_hoarder_end,
                 .ends = "a"),
    SHM_SCENARIO(replies_drained_slowly, .lead = watch_only, .a = drain_slowly,
                 .b = serve_until_quit, .c = serve_until_quit),
    SHM_SCENARIO(reply_kept_at_the_end, .lead = watch_only, .a = drain_the_last, .b = reply_and_end,
                 .ends = "b"),
    SCENARIO(no_memory_for_a_payload, .lead = memory_lead, .a = have_no_memory),
    SHM_SCENARIO(channel_that_cannot_be_mapped, .lead = unmapped_lead, .a = cannot_map,
                 .b = find_late, .ends = "a"),
    SCENARIOS_END,
};
