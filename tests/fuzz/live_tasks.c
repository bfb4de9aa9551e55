// The director's players: starting and ending them, their ids, orders.
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include "live_world.h"

#define PATIENCE_MS 20000

// --- Ids ----------------------------------------------------------------------------------------

// Translates an id of the model. If the model has seen the id, this is the player's id. Any other
// possible id becomes an id that no task ever had.
task_t live_real(task_t model)
{
    for (unsigned i = live.num_ids; i-- > 0;) {
        if (live.ids[i].model == model)
            return live.ids[i].real;
    }
    int slot = TASK_SLOT(model);
    bool can_be = model > 0 && slot >= 2 && slot < CONFIG_NUM_TASKS;
    return can_be ? TASK_MAKE(TASK_MAX_GEN - 1, slot) : model;
}

task_t live_model(task_t real)
{
    for (unsigned i = live.num_ids; i-- > 0;) {
        if (live.ids[i].real == real)
            return live.ids[i].model;
    }
    return real;
}

uint64_t live_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// --- Orders -------------------------------------------------------------------------------------

void live_last_order(unsigned slot, enum live_order order)
{
    struct live_player *player = &live.board->players[slot];
    player->order = order;
    atomic_fetch_add(&player->ordered, 1);
    live_wake(&player->ordered);
}

void live_order(unsigned slot, enum live_order order, uint64_t a, uint64_t b)
{
    struct live_player *player = &live.board->players[slot];
    player->args[0] = a;
    player->args[1] = b;
    uint32_t done = atomic_load(&player->done);
    live_last_order(slot, order);
    if (!live_wait(&player->done, done, PATIENCE_MS))
        PANIC("%s: player %u does not obey order %d", live.input, slot, order);
}

void live_fence(void)
{
    // If two channels have packets, vm passes over neither of them twice.
    for (int i = 0; i < 2; i++) {
        struct message m = {.type = BENCHMARK_NOP_MSG};
        m.benchmark_nop.value = 6;
        ASSERT_OK(ipc_call(VM_TASK, &m));
        ASSERT(m.benchmark_nop_reply.value == 42);
    }
}

// --- Starting -----------------------------------------------------------------------------------

static void ask(int type, task_t task)
{
    struct message m = {.type = type};
    m.task_watch.task = task;
    ASSERT_OK(ipc_call(VM_TASK, &m));
}

static task_t launch(char *text)
{
    struct message m = {.type = TASK_LAUNCH_MSG};
    m.task_launch.name_and_cmdline = text;
    m.task_launch.name_and_cmdline_len = strlen(text) + 1;
    ASSERT_OK(ipc_call(VM_TASK, &m));
    return m.task_launch_reply.task;
}

static void tell_may_serve(task_t task, const char *name)
{
    struct message m = {.type = LAUNCHER_MAY_SERVE_MSG};
    m.launcher_may_serve.task = task;
    snprintf(m.launcher_may_serve.name, sizeof(m.launcher_may_serve.name), "%s", name);
    model_message(&live.world->model, KERNEL_TASK, &m);
}

// The suite file has a task for each combination of limit, rights and names (see tests/fuzz/live).
void live_start(const struct message *m)
{
    task_t id = m->launcher_started.task;
    unsigned slot = (unsigned)TASK_SLOT(id) - 2;
    struct live_slot *s = &live.slots[slot];
    struct live_player *player = &live.board->players[slot];
    char text[64];
    memset(s, 0, offsetof(struct live_slot, may_serve));
    memset(s->joined, 0, sizeof(*s) - offsetof(struct live_slot, joined));
    s->serves = s->may_serve;
    unsigned rights = m->launcher_started.rights & (RIGHT_LAUNCH | RIGHT_DESTROY);
    snprintf(text, sizeof(text), "p%zu-%s%s-%d %u", m->launcher_started.ool_len,
             rights & RIGHT_LAUNCH ? "l" : "", rights & RIGHT_DESTROY ? "d" : "", s->serves, slot);
    atomic_store(&player->task, 0);
    s->real = launch(text);
    ask(TASK_WATCH_MSG, s->real);
    if (!live_wait((_Atomic uint32_t *)&player->task, 0, PATIENCE_MS) ||
        atomic_load(&player->task) != s->real)
        PANIC("%s does not start", text);
    ASSERT(live.num_ids < sizeof(live.ids) / sizeof(live.ids[0]));
    live.ids[live.num_ids].model = id;
    live.ids[live.num_ids++].real = s->real;
    live.num_starts++;

    struct message started = *m;
    started.launcher_started.rights = rights;
    model_message(&live.world->model, KERNEL_TASK, &started);
    static const char *const listed[LIVE_NUM_LISTED] = {"a", "fs", "net"};
    for (unsigned i = 0; s->serves == LIVE_SERVES_LISTED && i < LIVE_NUM_LISTED; i++)
        tell_may_serve(id, listed[i]);
    if (s->serves == LIVE_SERVES_ANY)
        tell_may_serve(id, "*");
    for (unsigned i = 0; i < live.world->num_changed; i++) { // pages that operations have changed
        unsigned page = live.world->changed[i].page;
        if (live.world->changed[i].slot == slot)
            live_order(slot, LIVE_PROTECT, page, live.world->tasks[slot].access[page]);
    }
}

// --- Ending -------------------------------------------------------------------------------------

static void note_ends(void)
{
    struct message m;
    while (async_recv(VM_TASK, &m) == OK) {
        for (unsigned i = 0; m.type == TASK_EXITED_MSG && i < MODEL_TASKS; i++) {
            if (live.slots[i].real == m.task_exited.task)
                live.slots[i].ended = true;
        }
    }
}

void live_await_end(unsigned slot)
{
    uint64_t end_ns = live_now_ns() + PATIENCE_MS * 1000000ull;
    while (!live.slots[slot].ended) {
        struct message m;
        ASSERT_OK(timer_set(50));
        if (ipc_recv(IPC_ANY, &m) == OK)
            note_ends();
        if (live_now_ns() > end_ns)
            PANIC("player %u does not end", slot);
    }
    live.slots[slot].real = 0;
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        live.slots[i].joined[slot] = live.slots[slot].joined[i] = false;
}

void live_end(unsigned slot)
{
    live_last_order(slot, LIVE_EXIT);
    live_await_end(slot);
}

void live_end_all(void)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (!live.slots[i].real)
            continue;
        (void)!task_destroy(live.slots[i].real);
        live_await_end(i);
    }
}
