// The tasks of stress.ini. Their exchanges and pauses are random, so that the two sides spin,
// sleep, or are about to sleep, in every combination.

#include <idl/chaos.h>
#include <oolong/message.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <sys/mman.h>
#include "../../libipc/link.h"
#include "board.h"

#define MAX_LEN (1u << 17)

static struct board_role *role;
static uint64_t dice;
static uint8_t data[MAX_LEN];
static task_t backend;

static void pause_for_ns(uint64_t ns)
{
    uint64_t end_ns = board_now_ns() + ns;
    while (board_now_ns() < end_ns)
        continue;
}

// Mostly does not pause. Often pauses about as long as the other side spins, and seldom longer.
static void pause_somewhat(void)
{
    uint64_t r = board_random(&dice);
    if (r % 8 == 0)
        pause_for_ns((r >> 8) % 2000);
    else if (r % 1024 == 1)
        pause_for_ns((r >> 8) % 100000);
}

// Few lengths are large, because the copy takes most of the time of a large payload.
static size_t some_len(void)
{
    uint64_t r = board_random(&dice);
    unsigned bits = r % 16 ? 8 : 17;
    return (r >> 8) % ((1u << bits) + 1);
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    atomic_fetch_add(&role->corrupt, 1);
    WARN("CHECK FAILED: %s", what);
}

// --- The servers --------------------------------------------------------------------------------

static void answer_data(task_t client, int type, size_t len, uint32_t seed)
{
    struct message m = {.type = type};
    board_fill(data, len, seed + 1);
    m.ool_ptr = data; // the only payload of each of these messages
    m.ool_len = len;
    ipc_reply(client, &m);
}

static void fetch(task_t client, size_t len, uint32_t seed)
{
    void *sector = NULL;
    size_t sector_len = 0;
    if (!backend)
        backend = ipc_lookup("backend");
    error_t err = chaos_sector(backend, len, seed, &sector, &sector_len);
    check(err == OK && sector_len == len && board_matches(sector, len, seed + 1), "a sector");
    free(sector);
    answer_data(client, CHAOS_FETCH_REPLY_MSG, len, seed);
}

static void serve(struct message *m)
{
    task_t client = m->src;
    switch (m->type) {
    case BENCHMARK_NOP_MSG:
        m->type = BENCHMARK_NOP_REPLY_MSG;
        m->benchmark_nop_reply.value = m->benchmark_nop.value * 7;
        ipc_reply(client, m);
        break;
    case CHAOS_ECHO_MSG: {
        size_t len = m->chaos_echo.data_len;
        check(board_matches(m->chaos_echo.data, len, m->chaos_echo.seed), "an echo's request");
        free(m->chaos_echo.data);
        answer_data(client, CHAOS_ECHO_REPLY_MSG, len, m->chaos_echo.seed);
        break;
    }
    case CHAOS_PUT_MSG:
        check(board_matches(m->chaos_put.data, m->chaos_put.data_len, m->chaos_put.seed), "a put");
        free(m->chaos_put.data);
        break;
    case CHAOS_FETCH_MSG:
        fetch(client, m->chaos_fetch.len, m->chaos_fetch.seed);
        break;
    case CHAOS_SECTOR_MSG:
        answer_data(client, CHAOS_SECTOR_REPLY_MSG, m->chaos_sector.len, m->chaos_sector.seed);
        break;
    default:
        check(m->type == NOTIFICATIONS_MSG, "a message of a known type");
    }
}

static void run_server(void)
{
    ASSERT_OK(ipc_serve(task_name()));
    for (;;) {
        struct message m;
        check(ipc_recv(IPC_ANY, &m) == OK, "a receive");
        serve(&m);
        pause_somewhat();
    }
}

// --- The clients --------------------------------------------------------------------------------

static void call(task_t server, uint32_t seed)
{
    struct message m = {.type = BENCHMARK_NOP_MSG};
    m.benchmark_nop.value = (int)(seed & 0xfffff);
    error_t err = ipc_call(server, &m);
    check(err == OK && m.benchmark_nop_reply.value == (int)(seed & 0xfffff) * 7, "a call");
}

static void echo(task_t server, uint32_t seed)
{
    size_t len = some_len(), got = 0;
    void *answer = NULL;
    board_fill(data, len, seed);
    error_t err = chaos_echo(server, data, len, seed, &answer, &got);
    check(err == OK && got == len && board_matches(answer, len, seed + 1), "an echo");
    free(answer);
}

static void put(task_t server, uint32_t seed)
{
    size_t len = some_len();
    board_fill(data, len, seed);
    check(chaos_put(server, data, len, seed) == OK, "a put");
}

static void ask_for_sector(task_t server, uint32_t seed)
{
    size_t len = some_len(), got = 0;
    void *answer = NULL;
    error_t err = chaos_fetch(server, len, seed, &answer, &got);
    check(err == OK && got == len && board_matches(answer, len, seed + 1), "a fetch");
    free(answer);
}

// Takes its answer in parts, and so late that the server keeps it.
static void drain_slowly(task_t server, uint32_t seed)
{
    struct channel *ch = channel_find(server);
    struct message m = {.type = CHAOS_FETCH_MSG};
    struct packet packet;
    ch->call.seq = ch->call.seq % WIRE_SEQ_MASK + 1;
    m.chaos_fetch.len = MAX_LEN;
    m.chaos_fetch.seed = seed;
    memcpy(&packet, &m, sizeof(packet));
    check(link_send(ch, &packet, WIRE_CALL, ch->call.seq, 0, true) == OK, "a request by hand");
    enum incoming in = IN_NOTHING;
    for (uint64_t i = board_random(&dice) % 5; i > 0 && in == IN_NOTHING; i--) {
        pause_for_ns(board_random(&dice) % 2500000);
        in = link_read(ch, &packet, 0, NULL);
    }
    while (in == IN_NOTHING || in == IN_HANDLED)
        in = link_read(ch, &packet, -1, NULL);
    memcpy(&m, &packet, sizeof(m));
    check(in == IN_ANSWER && m.type == CHAOS_FETCH_REPLY_MSG && m.ool_len == MAX_LEN &&
              board_matches(m.ool_ptr, MAX_LEN, seed + 1),
          "an answer that was kept");
    free(m.ool_ptr);
}

static void sleep_a_little(void)
{
    struct message m;
    (void)timer_set(1 + (msec_t)(board_random(&dice) % 3));
    check(ipc_recv(IPC_ANY, &m) == OK && m.type == NOTIFICATIONS_MSG, "a timer");
}

static void run_client(void)
{
    task_t server = ipc_lookup("server");
    ASSERT(server > 0 && ipc_notify(server, NOTIFY_ASYNC) == OK);
    bool has_kept = channel_find(server)->shm != NULL;
    for (uint32_t seed = 1;; seed++) {
        uint64_t r = board_random(&dice);
        if (r % 16384 == 0)
            sleep_a_little();
        else if (r % 8192 == 1 && has_kept)
            drain_slowly(server, seed);
        else if (r % 32 == 2)
            echo(server, seed);
        else if (r % 32 == 3)
            put(server, seed);
        else if (r % 64 == 4)
            ask_for_sector(server, seed);
        else if (r % 64 == 5)
            check(ipc_notify(server, NOTIFY_ASYNC) == OK, "a notification");
        else
            call(server, seed);
        atomic_store_explicit(&role->progress, role->progress + 1, memory_order_relaxed);
        pause_somewhat();
    }
}

void main(void)
{
    ASSERT(task_argc() >= 3);
    struct board *board =
        mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, task_file("board"), 0);
    ASSERT(board != MAP_FAILED);
    role = &board->roles[(unsigned)atoi(task_argv()[2]) % BOARD_ROLES];
    dice = atomic_load(&board->seed) + (uint64_t)task_self();
    if (!strcmp(task_argv()[1], "server"))
        run_server();
    else
        run_client();
}
