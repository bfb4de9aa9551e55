// The environment of vm's core in the fuzz target. See world.h.
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define WORLD_MSAN 1
#endif
#endif

void world_word(struct world *world, unsigned slot, uint64_t word)
{
    world->tasks[slot].word = word;
    model_word(&world->model, world->model.tasks[slot].id, word);
}

void world_copied_out(struct world *world, unsigned slot, unsigned k, uint64_t id)
{
    model_copied_out(&world->model, world->model.tasks[slot].id, k, id);
}

// Tells the model which reservations a tick has revoked, and which buffers vm has found free. This
// comes before any consequence and before a page changes, because vm used the current content of
// the page.
static void learn(struct world *world)
{
    struct model *model = &world->model;
    for (unsigned i = 0; model->ticks && i < MODEL_TASKS; i++) {
        if (model->tasks[i].id && view_was_revoked(world->vm, &model->tasks[i]))
            model_revoked(model, &model->tasks[i]);
    }
    view_learn_freed(model, world->vm);
}

static void learn_from_tick(struct world *world)
{
    if (world->model.ticks)
        learn(world);
}

// --- Calls of the core
// -----------------------------------------------------------------------------

// Tells the model if bytes go into landing memory that vm has mapped too.
static void look_where_it_goes(struct world *world, const void *buf)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        size_t offset = (size_t)((const uint8_t *)buf - (const uint8_t *)world->landings[i].mem);
        if (world->landings[i].mem && offset < world->landings[i].size)
            model_on_put(&world->model, world->model.tasks[i].id,
                         (unsigned)(offset / (world->landings[i].size / NUM_BUFFERS)));
    }
}

static size_t env_read(void *ctx, task_t task, vaddr_t addr, void *buf, size_t len)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    size_t got = world_reachable(world, slot, addr, len, WORLD_READ);
    learn_from_tick(world);
    look_where_it_goes(world, buf);
    if (got)
        memcpy(buf, world_mem(world, slot, addr - WORLD_BASE(slot + 2)), got);
    model_on_read(&world->model, task, addr, buf, len, got);
    return got;
}

static size_t env_write(void *ctx, task_t task, vaddr_t addr, const void *buf, size_t len)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    size_t got = world_reachable(world, slot, addr, len, WORLD_WRITE);
    learn_from_tick(world);
    model_on_write(&world->model, task, addr, buf, len, got);
    if (got) {
        size_t offset = addr - WORLD_BASE(slot + 2);
        memcpy(world_mem(world, slot, offset), buf, got);
        world_touched(world, slot, offset, got);
    }
    return got;
}

// Frees the memory that stands for vm's mapping of a task's landing memory.
static void forget_landing(struct world *world, task_t task)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (world->landings[i].task != task)
            continue;
        free(world->landings[i].mem);
        world->landings[i].mem = NULL;
    }
}

static void *env_landing(void *ctx, task_t task, size_t size)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    free(world->landings[slot].mem);
    world->landings[slot].task = task;
    world->landings[slot].size = size;
    return world->landings[slot].mem = malloc(size);
}

static void env_reply_fd(void *ctx, task_t dst, struct message *m, int fd)
{
    struct world *world = ctx;
#ifdef WORLD_MSAN
    __msan_check_mem_is_initialized(m, sizeof(*m));
#endif
    if (m->type == SHM_CREATE_REPLY_MSG)
        world->last_segments[world->num_segments++ % 8] = m->shm_create_reply.shm_id;
    learn_from_tick(world);
    model_on_answer(&world->model, dst, m, fd);
}

static void env_reply(void *ctx, task_t dst, struct message *m)
{
    env_reply_fd(ctx, dst, m, -1);
}

static void env_notify(void *ctx, task_t dst, notifications_t bits)
{
    model_on_notify(&((struct world *)ctx)->model, dst, bits);
}

static uint64_t env_now_ns(void *ctx)
{
    return ((struct world *)ctx)->now_ns;
}

static uint64_t env_random(void *ctx)
{
    struct world *world = ctx;
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    if (world->few_random) {
        world->few_random--;
        return world->random >> 62;
    }
    return world->random ^ world->random >> 29;
}

static struct vm_rounds env_rounds(void *ctx, task_t task)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    uint32_t rounds = slot == MODEL_TASKS ? 0 : world->model.tasks[slot].rounds;
    return (struct vm_rounds){rounds, rounds};
}

static uint64_t env_wait_word(void *ctx, task_t task)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    return slot == MODEL_TASKS ? 0 : world->tasks[slot].word;
}

static void env_publish_blocked(void *ctx, task_t dst, uint32_t count)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, dst);
    model_on_publish(&world->model, dst, count);
    if (slot == MODEL_TASKS)
        return;
    learn(world);
    bool changes = false;
    if (world->tasks[slot].race) {
        world_word(world, slot, world->tasks[slot].race);
        world->tasks[slot].race = 0;
        changes = true;
    }
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        if (!world->tasks[slot].race_copied[k])
            continue;
        world_copied_out(world, slot, k, world->tasks[slot].race_copied[k]);
        world->tasks[slot].race_copied[k] = 0;
        changes = true;
    }
    if (changes)
        model_looks(&world->model, dst);
}

static uint64_t env_copied_out(void *ctx, task_t task, unsigned k)
{
    struct world *world = ctx;
    unsigned slot = world_slot(world, task);
    return slot == MODEL_TASKS ? 0 : world->model.tasks[slot].copied_out[k];
}

static bool env_may_talk(void *ctx, task_t src, task_t dst)
{
    struct world *world = ctx;
    unsigned a = world_slot(world, src);
    unsigned b = world_slot(world, dst);
    return a < MODEL_TASKS && b < MODEL_TASKS && !(world->model.tasks[a].strangers >> b & 1);
}

static error_t env_launch(void *ctx, uint32_t token, const char *text, size_t len)
{
    struct world *world = ctx;
    error_t error = world->launch_error;
    world->launch_error = OK;
    world->last_token = token;
    model_on_launch(&world->model, token, text, len, error);
    return error;
}

static error_t env_destroy(void *ctx, task_t task)
{
    struct world *world = ctx;
    error_t error = world->destroy_error;
    world->destroy_error = OK;
    model_on_destroy(&world->model, task, error);
    return error;
}

static void env_reaped(void *ctx, task_t task)
{
    struct world *world = ctx;
    forget_landing(world, task);
    model_on_reaped(&world->model, task);
}

static error_t env_memfd(void *ctx, task_t owner, bool is_pages, size_t size, int fds[2])
{
    struct world *world = ctx;
    error_t error = world->memfd_error;
    world->memfd_error = OK;
    if (!error) {
        fds[0] = world->next_fd++;
        fds[1] = world->next_fd++;
    }
    model_on_memfd(&world->model, owner, is_pages, size, fds, error);
    return error;
}

static void env_close_fd(void *ctx, int fd)
{
    model_on_close(&((struct world *)ctx)->model, fd);
}

static void env_segment_closed(void *ctx)
{
    model_on_segment_closed(&((struct world *)ctx)->model);
}

static void env_log(void *ctx, const char *text)
{
    (void)ctx;
    if (strstr(text, "check.c"))
        fprintf(stderr, "%s\n", text);
}

static const struct vm_env env = {
    .read = env_read,
    .write = env_write,
    .landing = env_landing,
    .reply = env_reply,
    .reply_fd = env_reply_fd,
    .notify = env_notify,
    .now_ns = env_now_ns,
    .random = env_random,
    .wait_word = env_wait_word,
    .rounds = env_rounds,
    .copied_out = env_copied_out,
    .publish_blocked = env_publish_blocked,
    .may_talk = env_may_talk,
    .launch = env_launch,
    .destroy = env_destroy,
    .reaped = env_reaped,
    .memfd = env_memfd,
    .close_fd = env_close_fd,
    .segment_closed = env_segment_closed,
    .log = env_log,
};

// --- Setting up ---------------------------------------------------------------------------------

struct world *world_get(void)
{
    static struct world *world;
    if (world)
        return world;
    world = calloc(1, sizeof(*world));
    world->vm = malloc(vm_size());
    world_make_memory(world);
    return world;
}

void world_reset(struct world *world)
{
    world_put_back(world);
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        world->tasks[i].word = world->tasks[i].race = 0;
        memset(world->tasks[i].race_copied, 0, sizeof(world->tasks[i].race_copied));
    }
    world->now_ns = 1000000000;
    world->random = 42;
    world->few_random = world->short_after = 0;
    world->memfd_error = world->launch_error = world->destroy_error = OK;
    world->next_fd = 100;
    world->num_segments = world->turn = 0;
    world->last_token = 0;
    world->budget = 300 << 10;
    model_init(&world->model, WORLD_REVOKE_NS);
    model_time(&world->model, world->now_ns);
    vm_init(world->vm, &env, world);
}

// --- Calls --------------------------------------------------------------------------------------

// Checks the process of one slot, and of the next slot at the next call. (The view checks vm's
// records of all slots.)
static void check_process(struct world *world)
{
    struct model *model = &world->model;
    unsigned slot = world->turn++ % MODEL_TASKS;
    const struct model_task *task = &model->tasks[slot];
    task_t last = TASK_MAKE((task_t)(task->next_gen ? task->next_gen - 1 : 0), (task_t)slot + 2);
    int pid = vm_task_pid(world->vm, last);
    MODEL_CHECK(model, pid == (task->id ? 1000 + (int)slot : -1), "%d has the process %d", last,
                pid);
}

static void check(struct world *world)
{
    struct model *model = &world->model;
    learn(world);
    model_end(model, vm_copy_pending(world->vm));
    vm_check(world->vm);
    view_check(model, world->vm);
    check_process(world);
    struct vm_stats stats = vm_stats(world->vm);
    uint64_t waiting = 0;
    uint64_t deadline = UINT64_MAX;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        const struct model_request *request = &model->tasks[i].request;
        task_t id = model->tasks[i].id;
        if (!id || request->wait == MODEL_IDLE)
            continue;
        waiting++;
        if (request->wait == MODEL_LOOKUP && request->deadline_ns)
            deadline = MIN(deadline, request->deadline_ns);
    }
    MODEL_CHECK(model, stats.answers == model->answers, "vm counts %lu answers, not %lu",
                stats.answers, model->answers);
    MODEL_CHECK(model, stats.requests == model->requests, "vm counts %lu requests, not %lu",
                stats.requests, model->requests);
    MODEL_CHECK(model, stats.requests == stats.answers + stats.dropped + waiting,
                "%lu requests, %lu answers, %lu dropped, %lu waiting", stats.requests,
                stats.answers, stats.dropped, waiting);
    MODEL_CHECK(model, vm_deadline(world->vm) <= deadline, "a deadline would be missed");
}

uint64_t world_deadline(const struct world *world)
{
    return vm_deadline(world->vm);
}

void world_step(struct world *world, task_t actor, const struct message *m)
{
    model_message(&world->model, actor, m);
    vm_step(world->vm, actor, m);
    check(world);
}

bool world_copy_step(struct world *world)
{
    bool pending = vm_copy_pending(world->vm);
    world->model.actor = -1;
    vm_copy_step(world->vm); // has no effect if nothing is to be copied
    check(world);
    return pending;
}

void world_tick(struct world *world)
{
    model_tick(&world->model);
    vm_tick(world->vm);
    check(world);
}

void world_end(struct world *world)
{
    struct model *model = &world->model;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct message m = {.type = EXCEPTION_MSG};
        m.exception.task = model->tasks[i].id;
        m.exception.exception = EXCEPTION_TYPE_CRASHED;
        if (m.exception.task)
            world_step(world, KERNEL_TASK, &m);
    }
    world_tick(world); // the tick forgets deadlines that belong to no task
    MODEL_CHECK(model,
                !vm_copy_pending(world->vm) && vm_deadline(world->vm) == UINT64_MAX &&
                    model->open_fds == 0,
                "all tasks have ended, and something is left");
}
