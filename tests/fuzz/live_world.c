// The director's world. It turns each call of the core into an order for a player. Then it collects
// vm's answers until no player waits for one.
#include <stdio.h>
#include <string.h>
#include <oolong/internal.h>
#include <resea/printf.h>
#include "../../libipc/message_type.h"
#include "live_world.h"

#define ANSWER_MS 10000
#define MARGIN_NS 20000000u // a deadline this close may pass meanwhile

struct live live;

static struct model *model(void)
{
    return &live.world->model;
}

struct world *world_get(void)
{
    static struct world world;
    if (!world.tasks[0].mem)
        world_make_memory(&world);
    return &world;
}

void world_reset(struct world *world)
{
    world_put_back(world);
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        world->tasks[i].word = world->tasks[i].race = 0;
    world->next_fd = 100;
    world->num_segments = 0;
    world->budget = 300 << 10;
    world->now_ns = live_now_ns();
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        live.slots[i] = (struct live_slot){0}; // all players have ended
    live.num_ids = live.mirrored = live.protected = 0;
    live.token = 0;
    live.clock_in_play = live.stopping = false;
    model_init(model(), WORLD_REVOKE_NS);
    model_time(model(), world->now_ns);
    model()->failed = live_failed;
}

uint64_t world_deadline(const struct world *world)
{
    (void)world;
    return UINT64_MAX; // unused: real time passes
}

// --- Memory and time ----------------------------------------------------------------------------

// Applies the operations' writes and page changes to the memory of players.
void live_mirror(void)
{
    struct world *world = live.world;
    unsigned max = sizeof(world->dirty) / sizeof(world->dirty[0]);
    if (world->num_dirty == max)
        live_failed("too many changes");
    for (; live.mirrored < world->num_dirty; live.mirrored++) {
        const struct world_dirty *dirty = &world->dirty[live.mirrored];
        memcpy(live.memory + (size_t)dirty->slot * WORLD_MEM + dirty->offset,
               world_mem(world, dirty->slot, dirty->offset), dirty->len);
    }
    for (; live.protected < world->num_changed; live.protected ++) {
        unsigned slot = world->changed[live.protected].slot;
        unsigned page = world->changed[live.protected].page;
        if (live.slots[slot].real)
            live_order(slot, LIVE_PROTECT, page, world->tasks[slot].access[page]);
    }
}

static void look_at_clock(void)
{
    live.world->now_ns = live_now_ns();
    model_time(model(), live.world->now_ns);
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model()->tasks[i];
        if (!task->id)
            continue;
        const struct model_buffer *buffer = &task->buffers[OPEN];
        // After half of the deadline, vm may look at any moment.
        if (buffer->use == MODEL_RESERVED && !buffer->orphan &&
            live.world->now_ns - buffer->since > WORLD_REVOKE_NS / 2)
            live.clock_in_play = true;
        if (model_may_revoke(model(), task))
            longjmp(live.jump, LIVE_CLOCK);
    }
}

// --- Answers ------------------------------------------------------------------------------------

static void drain(unsigned slot, int wait_ms)
{
    struct live_slot *s = &live.slots[slot];
    struct live_player *player = &live.board->players[slot];
    if (!s->real)
        return;
    live_order(slot, LIVE_DRAIN, (uint64_t)wait_ms, 0);
    s->notified |= (player->bits & NOTIFY_ASYNC) != 0;
    for (unsigned i = 0; i < player->num_answers; i++) {
        ASSERT(s->num_answers < 2 * LIVE_ANSWERS);
        s->answers[s->num_answers++] = player->answers[i];
    }
}

static void feed(unsigned slot)
{
    struct live_slot *s = &live.slots[slot];
    struct model_task *task = &model()->tasks[slot];
    struct live_answer answer = s->answers[0];
    int fd = -1;
    memmove(s->answers, s->answers + 1, --s->num_answers * sizeof(s->answers[0]));
    MODEL_CHECK(model(), answer.is_reply, "%d gets a message of type 0x%x from vm", task->id,
                answer.m.type);
    MODEL_CHECK(model(), answer.has_fd == answer.is_mapped,
                "memory that vm gave to %d cannot be mapped as it says", task->id);
    live.num_answers++;
    live_hook_answer(task, &answer, &fd);
    MODEL_CHECK(model(), answer.has_fd == (fd >= 0), "an answer to %d %s a descriptor", task->id,
                answer.has_fd ? "with" : "without");
    model_on_answer(model(), task->id, &answer.m, fd);
    live_hook_answered(task, &answer.m);
}

static bool is_expected(const struct model_request *request, unsigned slot)
{
    const struct live_slot *s = &live.slots[slot];
    struct model_task *task = &model()->tasks[slot];
    int type = s->answers[0].m.type;
    if (request->wait != MODEL_NOW)
        return false;
    answers_t expected = model_expected(model(), task);
    return type < 0 ? expected & ANSWER(type) : expected & ANSWER(OK);
}

// Checks one of the answers that came, in the order in which vm could have given them: a sender
// that was refused during a copy was refused before that copy failed.
static bool feed_one(void)
{
    for (unsigned pass = 0; pass < 3; pass++) {
        for (unsigned i = 0; i < MODEL_TASKS; i++) {
            const struct model_request *request = &model()->tasks[i].request;
            if (!live.slots[i].num_answers || (pass == 0 && !is_expected(request, i)) ||
                (pass == 1 && request->wait != MODEL_COPY))
                continue;
            feed(i);
            return true;
        }
    }
    return false;
}

static bool must_come(const struct model_task *task)
{
    const struct model_request *request = &task->request;
    if (!task->id)
        return false;
    if (request->wait == MODEL_COPY || request->wait == MODEL_LAUNCH)
        return true;
    return request->wait == MODEL_NOW &&
           !(model_expected(model(), (struct model_task *)task) & ANSWER_NONE);
}

static void collect(void)
{
    uint64_t end_ns = live_now_ns() + ANSWER_MS * 1000000ull;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (model()->tasks[i].id && model()->tasks[i].request.wait != MODEL_IDLE)
            drain(i, 0);
    }
    for (bool waits = true; waits;) {
        while (feed_one())
            ;
        waits = false;
        for (unsigned i = 0; i < MODEL_TASKS && !waits; i++) {
            waits = must_come(&model()->tasks[i]) && live_now_ns() < end_ns;
            if (waits)
                drain(i, 20);
        }
    }
}

// Checks the other visible state: notifications, and vm's counts of blocked senders.
static void look_around(void)
{
    const struct state_page *vm = ipc_peer_page(VM_TASK);
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model()->tasks[i];
        struct live_slot *s = &live.slots[i];
        if (!task->id)
            continue;
        if (task->owes_notify)
            drain(i, 0);
        if (s->notified)
            model_on_notify(model(), task->id, NOTIFY_ASYNC);
        s->notified = false;
        model_on_publish(model(), task->id, atomic_load(&vm->blocked[TASK_SLOT(s->real)]));
    }
}

static void settle(void)
{
    collect();
    look_around();
    model_end(model(), false);
    model_time(model(), live_now_ns());
}

static void player_ended(unsigned slot)
{
    struct model_task *task = &model()->tasks[slot];
    unsigned segments = task->num_segments;
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = task->id;
    live.slots[slot].num_answers = 0;
    model_message(model(), KERNEL_TASK, &m);
    for (unsigned i = 0; i < segments; i++) {
        model_on_close(model(), -1);
        model_on_close(model(), -1);
        model_on_segment_closed(model());
    }
    model_on_reaped(model(), m.exception.task);
    live_fence();
    settle();
}

// A task asked to end the task `target`. The effects, on other tasks too, begin before the answer
// is read. A task that ends itself may not live to read the answer.
static void end_target(unsigned slot, unsigned target)
{
    struct live_slot *s = &live.slots[slot];
    for (int i = 0; i < 100 && !s->num_answers && slot != target; i++)
        drain(slot, 50);
    if (slot == target)
        s->answers[s->num_answers++] =
            (struct live_answer){.m = {.type = TASK_FREE_REPLY_MSG}, .is_reply = true};
    if (s->num_answers)
        feed(slot);
    live_await_end(target);
    player_ended(target);
}

// Lookups whose time is up are answered before anything else happens.
static void await_timeouts(void)
{
    for (;;) {
        uint64_t first = UINT64_MAX;
        for (unsigned i = 0; i < MODEL_TASKS; i++) {
            const struct model_request *request = &model()->tasks[i].request;
            if (model()->tasks[i].id && request->wait == MODEL_LOOKUP && request->deadline_ns)
                first = MIN(first, request->deadline_ns);
        }
        if (first == UINT64_MAX || first > live_now_ns() + MARGIN_NS)
            return;
        while (live_now_ns() < first)
            live_fence();
        model_time(model(), live_now_ns());
        model_tick(model());
        settle();
    }
}

// --- Calls --------------------------------------------------------------------------------------

void world_word(struct world *world, unsigned slot, uint64_t word)
{
    uint64_t real = (word & ~(uint64_t)UINT32_MAX) | (uint32_t)live_real(wait_word_task(word));
    live_order(slot, LIVE_WORD, real, 0);
    world->tasks[slot].word = word;
    model_word(&world->model, model()->tasks[slot].id, word);
}

void world_copied_out(struct world *world, unsigned slot, unsigned k, uint64_t id)
{
    live_order(slot, LIVE_COPIED, k, id);
    model_copied_out(&world->model, model()->tasks[slot].id, k, id);
}

// vm's library answers a packet that is no valid message before the core sees it.
static void ask_for_nothing(unsigned slot)
{
    struct live_slot *s = &live.slots[slot];
    for (int i = 0; i < 100 && !s->num_answers; i++)
        drain(slot, 50);
    MODEL_CHECK(model(), s->num_answers == 1 && s->answers[0].m.type == ERR_INVALID_ARG,
                "what is no message is answered %d", s->num_answers ? s->answers[0].m.type : 0);
    s->num_answers = 0;
    live.num_answers++;
}

static void join(unsigned a, task_t id)
{
    unsigned b = world_slot(live.world, id);
    if (b == MODEL_TASKS || a == b || live.slots[a].joined[b] ||
        model()->tasks[a].strangers >> b & 1)
        return;
    live_order(a, LIVE_CONNECT, (uint64_t)live.slots[b].real, 0);
    ASSERT_OK((error_t)live.board->players[a].result);
    live.slots[a].joined[b] = live.slots[b].joined[a] = true;
    live.num_connects++;
}

static void request(unsigned slot, const struct message *m)
{
    struct model_task *task = &model()->tasks[slot];
    await_timeouts();
    look_at_clock();
    live_mirror();
    if (m->type == OOL_SEND_MSG)
        join(slot, m->ool_send.dst);
    struct message *message = &live.board->players[slot].message;
    *message = *m;
    live_map_request(message);
    message->src = 0;
    bool valid = m->type >= 0 && message_type_is_valid(m->type, NULL);
    if (valid)
        model_message(model(), task->id, m);
    if (model()->destroying == task->id)
        live_last_order(slot, LIVE_SEND);
    else
        live_order(slot, LIVE_SEND, 0, 0);
    live_fence();
    if (!valid) {
        ask_for_nothing(slot);
        return;
    }
    if (task->request.wait == MODEL_NOW)
        live_hook_request(task);
    if (model()->destroying)
        end_target(slot, world_slot(live.world, model()->destroying));
    else
        settle();
}

void world_step(struct world *world, task_t actor, const struct message *m)
{
    unsigned slot = world_slot(world, actor);
    if (actor == KERNEL_TASK && m->type == LAUNCHER_STARTED_MSG) {
        live_mirror();
        live_start(m);
        settle();
    } else if (actor == KERNEL_TASK && m->type == EXCEPTION_MSG && m->exception.task) {
        slot = world_slot(world, m->exception.task);
        look_at_clock();
        live_end(slot);
        player_ended(slot);
    } else if (slot < MODEL_TASKS && model()->tasks[slot].request.wait == MODEL_IDLE) {
        request(slot, m);
    } else {
        live.skipped = true;
    }
}

bool world_copy_step(struct world *world)
{
    (void)world;
    return false; // vm goes on without a call
}

void world_tick(struct world *world)
{
    (void)world;
}

void world_end(struct world *world)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (!world->model.tasks[i].id)
            continue;
        await_timeouts();
        look_at_clock();
        live_end(i);
        player_ended(i);
    }
    MODEL_CHECK(&world->model, world->model.open_fds == 0, "segments are left");
}
