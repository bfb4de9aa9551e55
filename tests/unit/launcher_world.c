// See launcher_world.h.
#include "launcher_world.h"
#include <stdlib.h>
#include <string.h>
#include "talk.h"

struct channels *c;
static int next_fd;
int num_open;
int fds_left;
task_t forbidden[2];
struct talk_table table;

static bool env_may_talk(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    return !(a == forbidden[0] && b == forbidden[1]) && !(b == forbidden[0] && a == forbidden[1]);
}

static bool env_make_pair(void *ctx, int ends[2])
{
    (void)ctx;
    if (fds_left < 2)
        return false;
    fds_left -= 2;
    num_open += 2;
    ends[0] = next_fd++;
    ends[1] = next_fd++;
    return true;
}

static int env_open_page(void *ctx, task_t task)
{
    (void)ctx;
    (void)task;
    if (fds_left < 1)
        return -1;
    fds_left--;
    num_open++;
    return next_fd++;
}

char end_order[64];

static void note(const char *step)
{
    if (strlen(end_order) + strlen(step) < sizeof(end_order))
        strcat(end_order, step);
}

static void env_close(void *ctx, int fd)
{
    (void)ctx;
    (void)fd;
    num_open--;
    note("close ");
}

static void env_describe(void *ctx, task_t a, task_t b, struct control_grant *grant)
{
    (void)ctx;
    (void)a;
    (void)b;
    (void)grant;
}

static void env_allow(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    // The table allows a pair only when both get a channel, and before either can have it.
    ck_assert_int_eq(c->halves[TASK_SLOT(a)][TASK_SLOT(b)], HALF_NONE);
    ck_assert_int_eq(c->halves[TASK_SLOT(b)][TASK_SLOT(a)], HALF_NONE);
    talk_allow(&table, a, b);
}

static void env_revoke(void *ctx, task_t task)
{
    (void)ctx;
    talk_revoke(&table, task);
}

uint32_t world_ring_size;

static uint32_t env_ring_size(void *ctx, task_t a, task_t b)
{
    (void)ctx;
    (void)a;
    (void)b;
    return world_ring_size;
}

static bool env_make_region(void *ctx, uint32_t ring_size, int *rw, int *ro)
{
    int ends[2];
    if (ring_size != world_ring_size || !env_make_pair(ctx, ends))
        return false;
    *rw = ends[0];
    *ro = ends[1];
    return true;
}

static void env_mark_ended(void *ctx, task_t task)
{
    (void)ctx, (void)task;
    note("mark ");
}

static void env_wake_waiters(void *ctx, task_t task)
{
    (void)ctx, (void)task;
    note("wake ");
}

static const struct channel_env env = {
    .may_talk = env_may_talk,
    .allow = env_allow,
    .revoke = env_revoke,
    .make_pair = env_make_pair,
    .open_page = env_open_page,
    .close_fd = env_close,
    .describe = env_describe,
    .ring_size = env_ring_size,
    .make_region = env_make_region,
    .mark_ended = env_mark_ended,
    .wake_waiters = env_wake_waiters,
};

void world_end(task_t task)
{
    *end_order = '\0';
    channels_ended(c, task, NULL);
}

void world_setup(void)
{
    c = calloc(1, sizeof(*c));
    next_fd = 100;
    num_open = 0;
    fds_left = 100000;
    world_ring_size = 0;
    forbidden[0] = forbidden[1] = -1;
    memset(&table, 0, sizeof(table));
    channels_init(c, &env);
    ck_assert_int_eq(channels_add(c), VM_TASK);
    channels_ready(c, VM_TASK);
}

void world_teardown(void)
{
    for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
        if (channels_find(c, c->endpoints[slot].id))
            world_end(c->endpoints[slot].id);
    }
    ck_assert_int_eq(num_open, 0); // every descriptor was passed on or closed
    free(c);
}

// vm gets its channel to a task and acknowledges it.
void vm_takes(task_t task)
{
    num_open += 2; // the end and the memory that are handed over
    next_fd += 2;
    ck_assert(channels_grant_vm(c, task, channels_number(c), next_fd - 2, next_fd - 1));
    ck_assert_ptr_nonnull(channels_next(c, VM_TASK));
    channels_sent(c, VM_TASK);
    ck_assert(channels_ack(c, VM_TASK, task));
}

task_t add_starting(void)
{
    task_t task = channels_add(c);
    ck_assert_int_gt(task, 0);
    vm_takes(task);
    return task;
}

task_t add_ready(void)
{
    task_t task = add_starting();
    channels_ready(c, task);
    return task;
}

struct packet world_take(task_t task)
{
    struct outgoing *out = channels_next(c, task);
    struct packet packet = {0};
    if (out) {
        packet = out->packet;
        channels_sent(c, task);
    }
    return packet;
}

void expect_answer(task_t task, task_t about, error_t error)
{
    struct packet packet = world_take(task);
    ck_assert_int_eq(packet.type, CTL_ANSWER);
    ck_assert_int_eq(packet.answer.op, CTL_CONNECT);
    ck_assert_int_eq(packet.answer.task, about);
    ck_assert_int_eq(packet.answer.error, error);
}

uint32_t expect_grant(task_t task, task_t peer)
{
    struct packet packet = world_take(task);
    ck_assert_int_eq(packet.type, CTL_GRANT);
    ck_assert_int_eq(packet.grant.task, peer);
    return packet.grant.chan;
}
