// Functions that the parts of scenarios share: to find, await and serve each other.

#include "scenario.h"
#include <stdarg.h>
#include <time.h>

void check_failed(const char *file, int line, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    oolong_log("CHECK FAILED: ", "%s, %s:%d: %s", task_name(), file, line, text);
    exit(EXIT_FAILURE);
}

uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// The tasks of a suite share one core. A round trip to the launcher lets other tasks run.
void let_others_run(void)
{
    (void)sys_kdebug("_", 1, NULL, 0);
}

task_t meet(const char *part)
{
    task_t task = ipc_lookup(part);
    CHECK(task > 0);
    CHECK_OK(ipc_notify(task, 0)); // the notification of no bits only makes the channel
    return task;
}

void step_value(task_t task, int value)
{
    struct message m = step_message(value);
    CHECK_OK(ipc_send(task, &m));
}

void step(task_t task)
{
    step_value(task, 0);
}

int await_step(task_t task)
{
    struct message m;
    CHECK_OK(ipc_recv(task, &m));
    CHECK_EQ(m.type, STAGE_STEP_MSG);
    return m.stage_step.value;
}

bool waits(task_t task, enum wait_kind kind, task_t whom)
{
    const struct state_page *page = ipc_peer_page(task);
    CHECK(page);
    uint64_t word = atomic_load(&page->wait);
    return wait_word_kind(word) == kind && wait_word_task(word) == whom;
}

uint64_t num_sent(task_t task)
{
    const struct state_page *page = ipc_peer_page(task);
    CHECK(page);
    return atomic_load(&page->num_sent);
}

void step_until_sent(task_t task)
{
    uint64_t before = num_sent(task);
    step(task);
    WAIT_UNTIL(num_sent(task) > before);
}

void await_end(task_t task)
{
    struct message m;
    CHECK_ERR(ipc_recv(task, &m), ERR_ABORTED);
}

void kill_and_wait(task_t task)
{
    CHECK_OK(task_destroy(task));
    await_end(task);
}

void expect(task_t src, int type, struct message *m)
{
    CHECK_OK(ipc_recv(IPC_ANY, m));
    if (m->type != type)
        check_failed(__FILE__, __LINE__, "%s of task %d came instead of %s", msgtype2str(m->type),
                     m->src, msgtype2str(type));
    CHECK_EQ(m->src, src);
}

void expect_nothing(void)
{
    struct message m;
    error_t err = sys_ipc(0, IPC_ANY, &m, IPC_RECV | IPC_NOBLOCK);
    if (err != ERR_WOULD_BLOCK)
        check_failed(__FILE__, __LINE__, "%s of task %d came instead of nothing",
                     msgtype2str(err < 0 ? err : m.type), m.src);
}

void expect_notifications(notifications_t bits)
{
    struct message m;
    expect(KERNEL_TASK, NOTIFICATIONS_MSG, &m);
    CHECK_EQ(m.notifications.data, bits);
}

struct message step_message(int value)
{
    struct message m = {.type = STAGE_STEP_MSG};
    m.stage_step.value = value;
    return m;
}

struct message data_message(const void *data, size_t len, int number)
{
    struct message m = {.type = STAGE_DATA_MSG};
    m.stage_data.data = (void *)(uintptr_t)data;
    m.stage_data.data_len = len;
    m.stage_data.number = number;
    return m;
}

static void answer(struct message *m, int type)
{
    task_t client = m->src;
    m->type = type;
    ipc_reply(client, m);
}

bool serve_one(struct message *m)
{
    void *payload = NULL;
    switch (m->type) {
    case STAGE_ASK_MSG:
        m->stage_ask_reply.value = m->stage_ask.value + 1;
        answer(m, STAGE_ASK_REPLY_MSG);
        return true;
    case STAGE_ECHO_MSG:
        payload = m->stage_echo.data; // the payload is at the same place in the reply
        answer(m, STAGE_ECHO_REPLY_MSG);
        break;
    case STAGE_SAY_MSG:
        payload = m->stage_say.text;
        answer(m, STAGE_SAY_REPLY_MSG);
        break;
    case STAGE_MAKE_MSG: {
        size_t len = m->stage_make.len;
        payload = pattern(len, m->stage_make.seed);
        m->stage_make_reply.data = payload;
        m->stage_make_reply.data_len = len;
        answer(m, STAGE_MAKE_REPLY_MSG);
        break;
    }
    default:
        return false;
    }
    free(payload);
    return true;
}

void serve_until_quit(void)
{
    for (;;) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) != OK)
            continue;
        if (m.type == STAGE_QUIT_MSG)
            return;
        if (!serve_one(&m))
            discard_unknown_message(&m);
    }
}

void quit(task_t server)
{
    struct message m = {.type = STAGE_QUIT_MSG};
    CHECK_OK(ipc_send(server, &m));
}

void check_serves(task_t server)
{
    struct message m = {.type = STAGE_ASK_MSG};
    m.stage_ask.value = 41;
    CHECK_OK(ipc_call(server, &m));
    CHECK_EQ(m.type, STAGE_ASK_REPLY_MSG);
    CHECK_EQ(m.stage_ask_reply.value, 42);
}

static uint8_t pattern_byte(size_t at, unsigned seed)
{
    return (uint8_t)((at + seed) * 2654435761u >> 13);
}

uint8_t *pattern(size_t len, unsigned seed)
{
    uint8_t *data = malloc(len + 1);
    CHECK(data);
    for (size_t i = 0; i < len; i++)
        data[i] = pattern_byte(i, seed);
    return data;
}

bool is_pattern(const void *data, size_t len, unsigned seed)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        if (p[i] != pattern_byte(i, seed))
            return false;
    }
    return true;
}

void hold_receive_buffer(task_t dst)
{
    static uint8_t bait[16];
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.addr = (vaddr_t)bait;
    m.ool_send.len = sizeof(bait);
    CHECK_OK(ipc_call(VM_TASK, &m));
    CHECK_EQ(m.type, OOL_SEND_REPLY_MSG);
}
