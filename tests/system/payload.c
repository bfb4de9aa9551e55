// Payloads of all sizes, in both directions, one to four in a message; and strings.

#include <malloc.h>
#include "scenario.h"

#define BUFFER CONFIG_OOL_BUFFER_LEN

static const size_t sizes[] = {0,    1,     15,    16,     17,     4095,       4096,
                               4097, 65535, 65536, 131072, 131073, BUFFER - 1, BUFFER};

// The program owns what it receives: malloc memory of the right size.
static void check_payload(void *data, size_t len, size_t expected, unsigned seed)
{
    CHECK(data);
    CHECK_EQ(len, expected);
    CHECK(malloc_usable_size(data) >= len);
    CHECK(is_pattern(data, len, seed));
    free(data);
}

static error_t ask_echo(task_t server, size_t len, unsigned seed)
{
    uint8_t *data = pattern(len, seed);
    struct message m = {.type = STAGE_ECHO_MSG};
    m.stage_echo.data = data;
    m.stage_echo.data_len = len;
    error_t err = ipc_call(server, &m);
    if (err == OK) {
        CHECK_EQ(m.type, STAGE_ECHO_REPLY_MSG);
        CHECK(m.stage_echo_reply.data != data);
        check_payload(m.stage_echo_reply.data, m.stage_echo_reply.data_len, len, seed);
    }
    CHECK(is_pattern(data, len, seed));
    free(data);
    return err;
}

static void sizes_lead(void)
{
    task_t a = meet("a");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        CHECK_OK(ask_echo(a, sizes[i], (unsigned)i));
    quit(a);
}

// Payloads that the sender produces in place: in the ring if possible, else on the heap. The
// receiver sees no difference, and each payload is consumed once.
static void in_place_lead(void)
{
    task_t a = meet("a");
    for (unsigned round = 0; round < 42; round++) {
        size_t len = sizes[round % (sizeof(sizes) / sizeof(sizes[0]))];
        uint8_t *data = ool_alloc(a, len);
        uint8_t *model = pattern(len, round);
        CHECK(data);
        memcpy(data, model, len);
        free(model);
        struct message m = {.type = STAGE_ECHO_MSG};
        m.stage_echo.data = data;
        m.stage_echo.data_len = len;
        CHECK_OK(ipc_call(a, &m));
        check_payload(m.stage_echo_reply.data, m.stage_echo_reply.data_len, len, round);
        CHECK_OK(ask_echo(a, round, round)); // an ordinary payload
    }
    void *unused = ool_alloc(a, 100);
    CHECK(unused);
    ool_cancel(a, unused);
    CHECK_OK(ask_echo(a, 100, 1));
    quit(a);
}

static void too_large_lead(void)
{
    task_t a = meet("a");
    CHECK_ERR(ask_echo(a, BUFFER + 1, 1), ERR_TOO_LARGE);
    CHECK_OK(ask_echo(a, BUFFER, 2));
    struct message m = {.type = STAGE_MAKE_MSG};
    m.stage_make.len = BUFFER + 1;
    CHECK_ERR(ipc_call(a, &m), ERR_TOO_LARGE);
    m.stage_make.len = BUFFER;
    m.stage_make.seed = 4;
    CHECK_OK(ipc_call(a, &m));
    check_payload(m.stage_make_reply.data, m.stage_make_reply.data_len, BUFFER, 4);
    CHECK_OK(ask_echo(a, 1, 3));
    quit(a);
}

// d's receive buffer has 8 KiB. d can send larger payloads.
static void small_buffer_lead(void)
{
    task_t d = meet("d");
    CHECK_OK(ask_echo(d, 8192, 1));
    CHECK_ERR(ask_echo(d, 8193, 2), ERR_TOO_LARGE);
    struct message m = data_message("", (size_t)1 << 40, 0);
    CHECK_ERR(ipc_send(d, &m), ERR_TOO_LARGE);
    m.stage_data.data_len = SIZE_MAX;
    CHECK(IS_ERROR(ipc_send(d, &m)));
    m.stage_data.data_len = SIZE_MAX - 4096;
    CHECK(IS_ERROR(ipc_send(d, &m)));
    m = (struct message){.type = STAGE_MAKE_MSG};
    m.stage_make.len = 100000;
    m.stage_make.seed = 9;
    CHECK_OK(ipc_call(d, &m));
    check_payload(m.stage_make_reply.data, m.stage_make_reply.data_len, 100000, 9);
    CHECK_OK(ask_echo(d, 8192, 3));
    quit(d);
}

// --- Strings ------------------------------------------------------------------------------------

static void ask_say(task_t server, size_t len)
{
    char *text = malloc(len + 1);
    CHECK(text);
    memset(text, 'x', len);
    text[len] = '\0';
    struct message m = {.type = STAGE_SAY_MSG};
    m.stage_say.text = text;
    m.stage_say.text_len = 3; // the library ignores the length of a string
    CHECK_OK(ipc_call(server, &m));
    CHECK_EQ(m.type, STAGE_SAY_REPLY_MSG);
    CHECK_EQ(m.stage_say_reply.text_len, len + 1);
    CHECK(!strcmp(m.stage_say_reply.text, text));
    free(m.stage_say_reply.text);
    free(text);
}

static void strings_lead(void)
{
    task_t a = meet("a");
    static const size_t lens[] = {0, 1, 15, 4094, 4095, 4096, 70000, BUFFER - 2, BUFFER - 1};
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
        ask_say(a, lens[i]);
    quit(a);
}

// --- Several payloads ---------------------------------------------------------------------------

static void serve_several(void)
{
    struct message m, r;
    task_t lead = meet("main");
    for (int i = 0; i < 50; i++) {
        expect(lead, STAGE_FOUR_MSG, &m);
        r = (struct message){.type = STAGE_FOUR_REPLY_MSG};
        r.stage_four_reply.a = m.stage_four.a;
        r.stage_four_reply.b = m.stage_four.b;
        r.stage_four_reply.b_len = m.stage_four.b_len;
        r.stage_four_reply.c = m.stage_four.c;
        r.stage_four_reply.d = m.stage_four.d;
        r.stage_four_reply.d_len = m.stage_four.d_len;
        ipc_reply(lead, &r);
        ipc_free_payloads(&m);
    }
    expect(lead, STAGE_TWO_MSG, &m);
    r = (struct message){.type = STAGE_TWO_REPLY_MSG};
    r.stage_two_reply.b = m.stage_two.b;
    r.stage_two_reply.a = m.stage_two.a;
    r.stage_two_reply.a_len = m.stage_two.a_len;
    ipc_reply(lead, &r);
    ipc_free_payloads(&m);
    expect(lead, STAGE_THREE_MSG, &m);
    r = (struct message){.type = STAGE_THREE_REPLY_MSG};
    r.stage_three_reply.a = m.stage_three.a;
    r.stage_three_reply.b = m.stage_three.b;
    r.stage_three_reply.b_len = m.stage_three.b_len;
    r.stage_three_reply.c = m.stage_three.c;
    r.stage_three_reply.c_len = m.stage_three.c_len;
    ipc_reply(lead, &r);
    ipc_free_payloads(&m);
    serve_until_quit();
}

static char *text_of(size_t len)
{
    char *text = malloc(len + 1);
    CHECK(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

static void ask_four(task_t a, unsigned i)
{
    size_t len = i * i * 3;
    uint8_t *b = pattern(len, i), *d = pattern(49 - i, i + 1);
    char *text = text_of(len / 2), *c = text_of(i % 3);
    struct message m = {.type = STAGE_FOUR_MSG};
    m.stage_four.a = text;
    m.stage_four.b = b;
    m.stage_four.b_len = len;
    m.stage_four.c = c;
    m.stage_four.d = d;
    m.stage_four.d_len = 49 - i;
    CHECK_OK(ipc_call(a, &m));
    CHECK_EQ(m.type, STAGE_FOUR_REPLY_MSG);
    CHECK(!strcmp(m.stage_four_reply.a, text) && !strcmp(m.stage_four_reply.c, c));
    CHECK_EQ(m.stage_four_reply.a_len, len / 2 + 1);
    CHECK_EQ(m.stage_four_reply.c_len, i % 3 + 1);
    free(m.stage_four_reply.a);
    free(m.stage_four_reply.c);
    check_payload(m.stage_four_reply.b, m.stage_four_reply.b_len, len, i);
    check_payload(m.stage_four_reply.d, m.stage_four_reply.d_len, 49 - i, i + 1);
    free(text);
    free(c);
    free(b);
    free(d);
}

static void ask_two_and_three(task_t a)
{
    struct message m = {.type = STAGE_TWO_MSG};
    uint8_t *data = pattern(5000, 1);
    m.stage_two.a = data;
    m.stage_two.a_len = 0; // the first of two payloads is empty
    m.stage_two.b = STR("a string");
    CHECK_OK(ipc_call(a, &m));
    CHECK(!strcmp(m.stage_two_reply.b, "a string"));
    free(m.stage_two_reply.b);
    check_payload(m.stage_two_reply.a, m.stage_two_reply.a_len, 0, 0);
    m = (struct message){.type = STAGE_THREE_MSG};
    m.stage_three.a = STR("");
    m.stage_three.b = data;
    m.stage_three.b_len = 5000;
    m.stage_three.c = data;
    m.stage_three.c_len = 1;
    CHECK_OK(ipc_call(a, &m));
    CHECK(!strcmp(m.stage_three_reply.a, ""));
    free(m.stage_three_reply.a);
    check_payload(m.stage_three_reply.b, m.stage_three_reply.b_len, 5000, 1);
    check_payload(m.stage_three_reply.c, m.stage_three_reply.c_len, 1, 1);
    free(data);
}

static void several_lead(void)
{
    task_t a = meet("a");
    for (unsigned i = 0; i < 50; i++)
        ask_four(a, i);
    ask_two_and_three(a);
    // The message is delivered as a whole or not at all, even if only the sum of its payloads is
    // too large.
    uint8_t *half = pattern(BUFFER / 2 + 1, 0);
    struct message m = {.type = STAGE_THREE_MSG};
    m.stage_three.a = STR("x");
    m.stage_three.b = half;
    m.stage_three.b_len = BUFFER / 2 + 1;
    m.stage_three.c = half;
    m.stage_three.c_len = BUFFER / 2 + 1;
    struct message before = m;
    CHECK_ERR(ipc_call(a, &m), ERR_TOO_LARGE);
    CHECK(m.stage_three.b == before.stage_three.b && m.stage_three.c == before.stage_three.c &&
          m.stage_three.a == before.stage_three.a);
    free(half);
    check_serves(a);
    quit(a);
}

// --- To and from vm -----------------------------------------------------------------------------

static void vm_lead(void)
{
    struct message m = {.type = BENCHMARK_NOP_MSG};
    m.benchmark_nop.value = 6;
    CHECK_OK(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.benchmark_nop_reply.value, 42);
    for (size_t len = 0; len < 100000; len = len * 3 + 1) {
        uint8_t *data = pattern(len, 1);
        m = (struct message){.type = BENCHMARK_NOP_WITH_OOL_MSG};
        m.benchmark_nop_with_ool.data = data;
        m.benchmark_nop_with_ool.data_len = len;
        CHECK_OK(ipc_call(VM_TASK, &m));
        CHECK_EQ(m.type, BENCHMARK_NOP_WITH_OOL_REPLY_MSG);
        CHECK_EQ(m.benchmark_nop_with_ool_reply.data_len, 7);
        CHECK(!memcmp(m.benchmark_nop_with_ool_reply.data, "reply!", 7));
        free(m.benchmark_nop_with_ool_reply.data);
        free(data);
    }
    m = (struct message){.type = STAGE_ASK_MSG};
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_NOT_ACCEPTABLE);
    m.type = LAUNCHER_STARTED_MSG;
    CHECK_ERR(ipc_call(VM_TASK, &m), ERR_NOT_PERMITTED);
}

const struct scenario payload_scenarios[] = {
    SCENARIO(payload_sizes, .lead = sizes_lead, .a = serve_until_quit),
    SCENARIO(payload_made_in_place, .lead = in_place_lead, .a = serve_until_quit),
    SCENARIO(payload_too_large, .lead = too_large_lead, .a = serve_until_quit),
    SCENARIO(payload_small_buffer, .lead = small_buffer_lead, .d = serve_until_quit),
    SCENARIO(payload_strings, .lead = strings_lead, .a = serve_until_quit),
    SCENARIO(payload_several_in_a_message, .lead = several_lead, .a = serve_several),
    SCENARIO(payload_to_and_from_vm, .lead = vm_lead),
    SCENARIOS_END,
};
