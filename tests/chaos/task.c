// The victims of the chaos suite: servers and clients with payloads, and a file server that calls a
// disk server. They check what they receive, and go on when a peer ends.

#include "task.h"
#include <sys/mman.h>
#include <idl/chaos_server.h>

#define LOOKUP_MS 200

struct board *board;
struct board_role *role;
uint64_t dice;

void one_more(_Atomic uint32_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void progress(void)
{
    atomic_fetch_add_explicit(&role->progress, 1, memory_order_relaxed);
}

size_t some_len(void)
{
    uint64_t r = board_random(&dice);
    unsigned bits = r % 64 == 0 ? 20 : r % 16 == 0 ? 16 : 10;
    return (size_t)(r >> 32) & (((size_t)1 << bits) - 1);
}

void check_pattern(const void *data, size_t len, uint32_t seed)
{
    if (!board_matches(data, len, seed)) {
        one_more(&role->corrupt);
        WARN("CHECK FAILED: %zu bytes are not those of %u", len, seed);
    }
}

static bool is_end_of_peer(error_t err)
{
    return err == ERR_ABORTED || err == ERR_INVALID_TASK;
}

error_t watched_ipc(task_t dst, struct message *m, bool is_call, error_t tolerated)
{
    atomic_store(&role->waits_for, dst);
    uint64_t began_ns = board_now_ns();
    atomic_fetch_add(&role->wait, 1);
    error_t err = is_call ? ipc_call(dst, m) : ipc_send(dst, m);
    uint64_t ended_ns = board_now_ns();
    if (is_end_of_peer(err)) {
        unsigned at = atomic_load(&role->aborted) % BOARD_ENDS;
        atomic_store(&role->ends[at].at_ns, ended_ns);
        atomic_store(&role->ends[at].wait, atomic_load(&role->wait));
    }
    atomic_fetch_add(&role->wait, 1);
    one_more(&role->took[board_bucket(ended_ns - began_ns)]);
    if (ended_ns - began_ns > atomic_load(&role->slowest_ns))
        atomic_store(&role->slowest_ns, ended_ns - began_ns);
    if (is_end_of_peer(err)) {
        one_more(&role->aborted);
    } else if (err != OK && err != tolerated) {
        one_more(&role->odd);
        atomic_store(&role->odd_error, err);
    } else if (err == OK) {
        progress();
    }
    return err;
}

task_t find(const char *name)
{
    return ipc_lookup(name);
}

static void *make_pattern(size_t len, uint32_t seed)
{
    uint8_t *data = malloc(len + 1);
    ASSERT(data);
    board_fill(data, len, seed);
    return data;
}

error_t echo_once(task_t server, size_t len, uint32_t seed)
{
    uint8_t *data = make_pattern(len, seed);
    struct message m = {.type = CHAOS_ECHO_MSG};
    m.chaos_echo.data = data;
    m.chaos_echo.data_len = len;
    m.chaos_echo.seed = seed;
    error_t err = watched_ipc(server, &m, true, OK);
    free(data);
    OK_OR_RETURN(err);
    if (m.type != CHAOS_ECHO_REPLY_MSG || m.chaos_echo_reply.data_len != len)
        one_more(&role->corrupt);
    else
        check_pattern(m.chaos_echo_reply.data, len, seed + 1);
    ipc_free_payloads(&m);
    return OK;
}

error_t put_once(task_t sink, size_t len, uint32_t seed)
{
    uint8_t *data = make_pattern(len, seed);
    struct message m = {.type = CHAOS_PUT_MSG};
    m.chaos_put.data = data;
    m.chaos_put.data_len = len;
    m.chaos_put.seed = seed;
    error_t err = watched_ipc(sink, &m, false, OK);
    free(data);
    return err;
}

// --- Clients ------------------------------------------------------------------------------------

static void fetch_once(task_t server)
{
    struct message m = {.type = CHAOS_FETCH_MSG};
    size_t len = some_len();
    uint32_t seed = (uint32_t)board_random(&dice);
    m.chaos_fetch.len = len;
    m.chaos_fetch.seed = seed;
    if (watched_ipc(server, &m, true, ERR_UNAVAILABLE) != OK)
        return;
    if (m.type != CHAOS_FETCH_REPLY_MSG || m.chaos_fetch_reply.data_len != len)
        one_more(&role->corrupt);
    else
        check_pattern(m.chaos_fetch_reply.data, len, seed);
    ipc_free_payloads(&m);
}

// Uses the servers that its arguments name, in random order.
static void client(void (*once)(task_t server))
{
    unsigned num = (unsigned)task_argc() - 3;
    for (;;) {
        task_t server = find(task_argv()[3 + board_random(&dice) % num]);
        if (server > 0)
            once(server);
    }
}

static void echo_client(task_t server)
{
    (void)echo_once(server, some_len(), (uint32_t)board_random(&dice));
}

static void putter(task_t sink)
{
    (void)put_once(sink, some_len(), (uint32_t)board_random(&dice));
}

// --- Servers ------------------------------------------------------------------------------------

static error_t on_echo(task_t from, const void *data, size_t len, uint seed, void **answer,
                       size_t *answer_len)
{
    (void)from;
    check_pattern(data, len, seed);
    *answer = make_pattern(len, seed + 1);
    *answer_len = len;
    progress();
    return OK;
}

static error_t on_sector(task_t from, size_t len, uint seed, void **data, size_t *data_len)
{
    (void)from;
    *data = make_pattern(len, seed);
    *data_len = len;
    progress();
    return OK;
}

static error_t on_fetch(task_t from, size_t len, uint seed, void **data, size_t *data_len)
{
    (void)from;
    struct message m = {.type = CHAOS_SECTOR_MSG};
    m.chaos_sector.len = len;
    m.chaos_sector.seed = seed;
    task_t disk = find("disk");
    if (disk < 0 || watched_ipc(disk, &m, true, OK) != OK)
        return ERR_UNAVAILABLE;
    check_pattern(m.chaos_sector_reply.data, m.chaos_sector_reply.data_len, seed);
    *data = m.chaos_sector_reply.data;
    *data_len = m.chaos_sector_reply.data_len;
    return OK;
}

static void on_put(task_t from, const void *data, size_t len, uint seed)
{
    (void)from;
    check_pattern(data, len, seed);
    progress();
}

static const struct chaos_ops ops = {
    .echo = on_echo, .fetch = on_fetch, .sector = on_sector, .put = on_put};

static void server(void)
{
    ASSERT_OK(ipc_serve(task_name()));
    for (;;) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !chaos_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}

// --- The start ----------------------------------------------------------------------------------

static void find_place(void)
{
    void *map =
        mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, task_file("board"), 0);
    ASSERT(map != MAP_FAILED && task_argc() >= 3);
    board = map;
    role = &board->roles[(unsigned)atoi(task_argv()[2]) % BOARD_ROLES];
    dice = atomic_load(&board->seed) + (uint64_t)task_self() * 1000003;
    // The role's last task may have been killed during a wait, which is over now.
    atomic_store(&role->wait, (atomic_load(&role->wait) + 1) & ~1ull);
    atomic_store(&role->task, task_self());
    one_more(&role->lives);
    ipc_set_lookup_timeout(LOOKUP_MS);
}

void main(void)
{
    find_place();
    const char *part = task_argv()[1];
    if (!strcmp(part, "nurse"))
        nurse();
    else if (!strcmp(part, "pair_server"))
        pair_server();
    else if (!strcmp(part, "pair_client"))
        pair_client();
    else if (!strcmp(part, "client"))
        client(echo_client);
    else if (!strcmp(part, "reader"))
        client(fetch_once);
    else if (!strcmp(part, "putter"))
        client(putter);
    else
        server();
}
