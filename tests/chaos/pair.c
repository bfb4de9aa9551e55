// The unrelated pairs: every message is numbered and its bytes are checked on both sides.

#include <idl/chaos.h>
#include "task.h"

static uint32_t expected = 1;
static task_t client; // the first task that sent; messages of others are not counted

static void count(uint32_t seed, const void *data, size_t len)
{
    if (seed != expected) {
        one_more(&role->lost);
        WARN("CHECK FAILED: message %u came instead of %u", seed, expected);
    }
    expected = seed + 1;
    check_pattern(data, len, seed);
    atomic_fetch_add(&role->progress, 1);
}

// Returns false if the message is not for the pair.
static bool take(struct message *m)
{
    bool is_echo = m->type == CHAOS_ECHO_MSG;
    if (!is_echo && m->type != CHAOS_PUT_MSG)
        return false;
    uint32_t seed = is_echo ? m->chaos_echo.seed : m->chaos_put.seed;
    uint8_t *data = is_echo ? m->chaos_echo.data : m->chaos_put.data;
    size_t len = is_echo ? m->chaos_echo.data_len : m->chaos_put.data_len;
    task_t sender = m->src;
    if (!client)
        client = sender;
    if (sender == client)
        count(seed, data, len);
    if (is_echo) {
        board_fill(data, len, seed + 1);
        *m = (struct message){.type = CHAOS_ECHO_REPLY_MSG};
        m->chaos_echo_reply.data = data;
        m->chaos_echo_reply.data_len = len;
        ipc_reply(sender, m);
    }
    free(data);
    return true;
}

void pair_server(void)
{
    ASSERT_OK(ipc_serve(task_name()));
    for (;;) {
        struct message m;
        error_t err = ipc_recv(IPC_ANY, &m);
        if (err != OK) {
            one_more(&role->odd);
            atomic_store(&role->odd_error, err);
        } else if (!take(&m)) {
            one_more(&role->odd);
            discard_unknown_message(&m);
        }
    }
}

// Pauses while the driver compares the counts.
static void pause_while_stopped(void)
{
    while (atomic_load(&board->stop)) {
        struct message m;
        (void)timer_set(10);
        if (ipc_recv(IPC_ANY, &m) != OK)
            one_more(&role->odd);
    }
}

void pair_client(void)
{
    ipc_set_lookup_timeout(0);
    task_t server = ipc_lookup(task_argv()[3]);
    ASSERT(server > 0);
    for (uint32_t seed = 1;; seed++) {
        pause_while_stopped();
        error_t err =
            seed % 4 ? echo_once(server, some_len(), seed) : put_once(server, some_len(), seed);
        if (err != OK) {
            one_more(&role->lost);
            WARN("CHECK FAILED: message %u: %s", seed, err2str(err));
            if (err == ERR_ABORTED || err == ERR_INVALID_TASK)
                return;
        }
    }
}
