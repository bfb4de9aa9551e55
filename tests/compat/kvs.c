#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/timer.h>
#include <string.h>
#include <unittest.h>

#define BIG (1 << 20)

static task_t kvs_server;

static error_t set(handle_t handle, const char *key, const void *data, size_t len)
{
    struct message m;
    m.type = KVS_SET_MSG;
    m.kvs_set.handle = handle;
    strncpy2(m.kvs_set.key, key, sizeof(m.kvs_set.key));
    m.kvs_set.data = (void *)data;
    m.kvs_set.data_len = len;
    return ipc_call(kvs_server, &m);
}

static int get(handle_t handle, const char *key, char *buf, size_t size)
{
    struct message m;
    m.type = KVS_GET_MSG;
    m.kvs_get.handle = handle;
    strncpy2(m.kvs_get.key, key, sizeof(m.kvs_get.key));
    error_t err = ipc_call(kvs_server, &m);
    if (err != OK) {
        return err;
    }
    size_t len = MIN(size, m.kvs_get_reply.data_len);
    memcpy(buf, m.kvs_get_reply.data, len);
    free(m.kvs_get_reply.data);
    return len;
}

void main(void)
{
    static char big[BIG], back[BIG];
    struct message m;
    kvs_server = ipc_lookup("kvs");
    ASSERT_OK(kvs_server);
    m.type = KVS_OPEN_MSG;
    m.kvs_open.name = "first";
    ASSERT_OK(ipc_call(kvs_server, &m));
    handle_t handle = m.kvs_open_reply.handle;
    TEST_EXPECT_EQ(handle, 1);
    m.type = KVS_LISTEN_MSG;
    ASSERT_OK(ipc_call(kvs_server, &m));

    TEST_EXPECT_EQ(get(handle, "a", back, sizeof(back)), ERR_NOT_FOUND);
    TEST_EXPECT_EQ(set(handle, "a", "hello", 6), OK);
    TEST_EXPECT_EQ(get(handle, "a", back, sizeof(back)), 6);
    TEST_ASSERT(!strcmp(back, "hello"));
    for (size_t i = 0; i < sizeof(big); i++) {
        big[i] = i * 7;
    }
    TEST_EXPECT_EQ(set(handle, "big", big, sizeof(big)), OK);
    TEST_EXPECT_EQ(get(handle, "big", back, sizeof(back)), sizeof(big));
    TEST_ASSERT(!memcmp(big, back, sizeof(big)));
    TEST_EXPECT_EQ(set(handle, "empty", NULL, 0), OK);
    TEST_EXPECT_EQ(get(handle, "empty", back, sizeof(back)), 0);
    TEST_EXPECT_EQ(set(99, "a", "x", 1), ERR_INVALID_ARG);

    // There was one event for each change.
    int changes = 0;
    while (changes < 3) {
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
        if (m.type == NOTIFICATIONS_MSG && m.notifications.data & NOTIFY_ASYNC) {
            ASSERT_OK(async_recv(kvs_server, &m));
            ASSERT(m.type == KVS_CHANGED_MSG);
            printf("%s: %d bytes\n", m.kvs_changed.key, (int)m.kvs_changed.len);
            changes++;
        }
    }
    m.type = KVS_DELETE_MSG;
    m.kvs_delete.handle = handle;
    strncpy2(m.kvs_delete.key, "a", sizeof(m.kvs_delete.key));
    TEST_EXPECT_EQ(ipc_call(kvs_server, &m), OK);
    m.type = KVS_CLOSE_MSG;
    m.kvs_close.handle = handle;
    TEST_EXPECT_EQ(ipc_call(kvs_server, &m), OK);
    TEST_EXPECT_EQ(get(handle, "big", back, 1), ERR_NOT_FOUND);
}
