// Sends messages that no honest client sends, to each server of the suite. Servers log unknown
// messages, so these tests run only on request: `test hostile`.
#include <idl/benchmark.h>
#include <message.h>
#include <oolong/idl_tables.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <stdlib.h>
#include <string.h>
#include "test.h"

#define ROUNDS 2000

static uint64_t state = 1;

static uint32_t next_random(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

// A random message type: a known one, a known number without its payloads, or an unknown number
// with any payloads.
static int random_type(void)
{
    static const int types[] = {FS_OPEN_MSG,   FS_CREATE_MSG,
                                FS_READ_MSG,   FS_WRITE_MSG,
                                FS_STAT_MSG,   FS_LSTAT_MSG,
                                FS_LIST_MSG,   BLK_WRITE_MSG,
                                BLK_READ_MSG,  BLK_DISCARD_MSG,
                                BLK_FLUSH_MSG, FS_CLOSE_MSG,
                                PONG_PING_MSG, BENCHMARK_NOP_WITH_OOL_MSG};
    if (next_random() % 2 == 0)
        return types[next_random() % (sizeof(types) / sizeof(types[0]))];
    if (next_random() % 2 == 0)
        return oolong_idl_messages[next_random() % oolong_idl_num_messages].id;

    int type = (int)(next_random() & 0xffff);
    if (idl_find_message(type))
        return type;
    type |= next_random() % 2 == 0 ? MSG_OOL : 0;
    type |= type & MSG_OOL && next_random() % 2 == 0 ? MSG_STR : 0;
    type |= type & MSG_OOL ? (int)(next_random() % 4) << 16 : 0;
    return type;
}

static void fill(struct message *m)
{
    static char payload[8192];
    memset(payload, 'a' + (int)(next_random() % 26), sizeof(payload) - 1);
    payload[next_random() % sizeof(payload)] = '\0';
    for (size_t i = 0; i < sizeof(m->raw); i++)
        m->raw[i] = next_random() % 4 == 0 ? (uint8_t)next_random() : 0;
    for (size_t k = 0; k < (size_t)MSG_NUM_PAYLOADS(m->type); k++) {
        void *ptr = payload;
        size_t len = next_random() % sizeof(payload);
        memcpy(&m->raw[16 * k], &ptr, sizeof(ptr));
        memcpy(&m->raw[16 * k + 8], &len, sizeof(len));
    }
}

// After these messages, the server must still run, as the same task.
static void attack(const char *name)
{
    ipc_set_lookup_timeout(200);
    task_t server = ipc_lookup(name);
    ipc_set_lookup_timeout(20000);
    if (IS_ERROR(server))
        return;
    for (int round = 0; round < ROUNDS; round++) {
        struct message m;
        memset(&m, 0, sizeof(m));
        m.type = random_type();
        fill(&m);
        error_t err = round % 16 == 0 ? ipc_send_noblock(server, &m) : ipc_call(server, &m);
        EXPECT(err != ERR_ABORTED && err != ERR_INVALID_TASK);
        if (err == OK && round % 16 != 0)
            ipc_free_payloads(&m);
        if (round % 64 == 0)
            (void)ipc_notify(server, (notifications_t)next_random());
        if (round % 100 == 0)
            (void)ipc_send_err(server, -(error_t)(next_random() % 30) - 1);
    }
    EXPECT(ipc_lookup(name) == server);
}

static void servers_survive_anything(void)
{
    static const char *const names[] = {"blk",  "random",    "rtc",      "time",
                                        "pong", "benchmark", "shm_test", "fs"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        attack(names[i]);
}

const struct test hostile_tests[] = {
    {"servers survive anything", servers_survive_anything},
    {0},
};
