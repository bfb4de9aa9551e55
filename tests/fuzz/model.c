// The reference model: tasks, the one request that each may have, and the choice of the part that
// handles it.
#include "model.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_fail(struct model *model, const char *format, ...)
{
    va_list args;
    if (model->failed) {
        char text[300];
        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        model->failed(text);
    }
    if (model->trace)
        model->trace();
    fprintf(stderr, "vm and the reference model disagree: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    abort();
}

// Clears a task up to the text of its request. That text and the fields after it are large, and
// stay as they are.
static void clear_task(struct model_task *task)
{
    memset(task, 0, offsetof(struct model_task, request) + offsetof(struct model_request, text));
}

void model_init(struct model *model, uint64_t revoke_ns)
{
    if (!model->bytes)
        model->bytes = malloc((size_t)MODEL_TASKS * NUM_BUFFERS * MODEL_PAYLOAD);
    uint8_t *bytes = model->bytes;
    memset(&model->num_ids, 0, offsetof(struct model, ids) - offsetof(struct model, num_ids));
    model->revoke_ns = revoke_ns;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        clear_task(&model->tasks[i]);
        for (unsigned k = 0; k < NUM_BUFFERS; k++)
            model->tasks[i].buffers[k].bytes = bytes + (i * NUM_BUFFERS + k) * MODEL_PAYLOAD;
    }
}

struct model_task *model_task(struct model *model, task_t id)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (id > 0 && model->tasks[i].id == id)
            return &model->tasks[i];
    }
    return NULL;
}

bool model_existed(const struct model *model, task_t id)
{
    if (id <= 0 || TASK_SLOT(id) < 2 || TASK_SLOT(id) >= 2 + MODEL_TASKS)
        return false;
    return (uint32_t)TASK_GEN(id) < model->tasks[TASK_SLOT(id) - 2].next_gen;
}

void model_time(struct model *model, uint64_t now_ns)
{
    model->now_ns = now_ns;
}

void model_join(struct model *model, task_t a, task_t b, bool joined)
{
    struct model_task *tasks[] = {model_task(model, a), model_task(model, b)};
    for (unsigned i = 0; tasks[0] && tasks[1] && i < 2; i++) {
        uint32_t bit = 1u << (tasks[!i] - model->tasks);
        tasks[i]->strangers = joined ? tasks[i]->strangers & ~bit : tasks[i]->strangers | bit;
    }
}

void model_word(struct model *model, task_t id, uint64_t word)
{
    struct model_task *task = model_task(model, id);
    if (!task || task->word == word)
        return;
    uint32_t episode = wait_word_episode(word);
    // Each wait is a new episode. If a task repeats an episode, vm sees no end of the earlier wait.
    if (wait_word_kind(word) != WAIT_RUNNING && episode <= task->max_episode)
        task->lies = true;
    task->max_episode = MAX(task->max_episode, episode);
    task->word = word;
    task->word_since = model->now_ns;
    task->late_ticks = 0;
}

void model_copied_out(struct model *model, task_t id, unsigned k, uint64_t nonce)
{
    struct model_task *task = model_task(model, id);
    if (task)
        task->copied_out[k] = nonce;
}

void model_looks(struct model *model, task_t id)
{
    struct model_task *task = model_task(model, id);
    if (task)
        model_ool_settle_at(model, task);
}

// --- Messages of the launcher
// ----------------------------------------------------------------------

static void started(struct model *model, const struct message *m)
{
    task_t id = m->launcher_started.task;
    struct model_task *task;
    // The launcher is trusted, and starts no task in a slot that is in use. The harness also sends
    // ids that cannot be.
    if (id <= 0 || TASK_SLOT(id) < 2 || TASK_SLOT(id) >= 2 + MODEL_TASKS)
        return;
    task = &model->tasks[TASK_SLOT(id) - 2];
    if (task->id || (uint32_t)TASK_GEN(id) != task->next_gen || m->launcher_started.pid <= 0)
        return;
    struct model_buffer buffers[NUM_BUFFERS];
    memcpy(buffers, task->buffers, sizeof(buffers));
    clear_task(task);
    memcpy(task->buffers, buffers, sizeof(buffers));
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        task->buffers[k].use = MODEL_UNARMED;
        task->buffers[k].receipt = task->buffers[k].withdraw_at = 0;
    }
    task->id = id;
    task->next_gen = (uint32_t)TASK_GEN(id) + 1;
    task->rights = m->launcher_started.rights;
    task->limit = m->launcher_started.ool_len;
    task->region = -1;
    task->word_since = model->now_ns;
}

static void may_serve(struct model *model, const struct message *m)
{
    struct model_task *task = model_task(model, m->launcher_may_serve.task);
    const char *name = m->launcher_may_serve.name;
    if (!task || strnlen(name, 64) > 63)
        return;
    if (!strcmp(name, "*"))
        task->may_serve_any = true;
    else if (!model_name_has_place(task, name) && model_names_used(task) < MODEL_NAMES)
        strcpy(task->may_serve[task->num_may_serve++], name);
}

static void launched(struct model *model, const struct message *m)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_request *request = &model->tasks[i].request;
        if (request->wait != MODEL_LAUNCH || request->token != m->launcher_launched.token)
            continue;
        task_t task = m->launcher_launched.task;
        request->wait = MODEL_NOW;
        request->expect = task > 0 ? ANSWER(OK) : ANSWER_ERRORS;
        if (task < 0 && task >= ERR_LAST && task != DONT_REPLY)
            request->expect = ANSWER(task);
        request->launched = task;
    }
}

static void ended(struct model *model, task_t id)
{
    struct model_task *task = model_task(model, id);
    model->reaping = true; // even if vm does not know the task, because the launcher waits for it
    model->reaped = id;
    if (!task)
        return;
    if (task->request.wait != MODEL_IDLE)
        model->dropped++;
    task->id = 0;
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        model->tasks[i].strangers &= ~(1u << (task - model->tasks));
    model_ool_forget(model, task, id);
    model_task_ended(model, task, id);
    model_shm_forget(model, task);
    task->num_serves = 0;
    task->request.wait = MODEL_IDLE;
}

static void from_launcher(struct model *model, const struct message *m)
{
    switch (m->type) {
    case LAUNCHER_STARTED_MSG:
        started(model, m);
        break;
    case LAUNCHER_MAY_SERVE_MSG:
        may_serve(model, m);
        break;
    case LAUNCHER_LAUNCHED_MSG:
        launched(model, m);
        break;
    case EXCEPTION_MSG:
        ended(model, m->exception.task);
        break;
    default:
        break; // it has no effect and no answer
    }
}

// --- Requests -----------------------------------------------------------------------------------

// The answer to a message that is no request to vm. Such a message has no effect. 0: it is a
// request.
static answers_t not_a_request(const struct message *m)
{
    switch (m->type) {
    case OOL_RECV_MSG:
    case OOL_SEND_MSG:
    case OOL_VERIFY_MSG:
    case DISCOVERY_SERVE_MSG:
    case DISCOVERY_LOOKUP_MSG:
    case TASK_ALLOC_MSG:
    case TASK_FREE_MSG:
    case TASK_LAUNCH_MSG:
    case TASK_WATCH_MSG:
    case TASK_UNWATCH_MSG:
    case VM_ALLOC_PAGES_MSG:
    case SHM_CREATE_MSG:
    case SHM_MAP_MSG:
    case SHM_CLOSE_MSG:
    case BENCHMARK_NOP_MSG:
    case BENCHMARK_NOP_WITH_OOL_MSG:
    case ASYNC_MSG:
        return 0;
    case INVALID_MSG:
    case NOTIFICATIONS_MSG:
        return ANSWER_NONE;
    case LAUNCHER_STARTED_MSG:
    case LAUNCHER_MAY_SERVE_MSG:
    case LAUNCHER_LAUNCHED_MSG:
    case EXCEPTION_MSG:
        return ANSWER(ERR_NOT_PERMITTED);
    default: // unknown, an error code, a reply
        return ANSWER(ERR_NOT_ACCEPTABLE);
    }
}

static void handle(struct model *model, struct model_task *task)
{
    switch (task->request.m.type) {
    case OOL_RECV_MSG:
        model_ool_recv(model, task);
        break;
    case OOL_SEND_MSG:
        model_ool_send(model, task);
        break;
    case OOL_VERIFY_MSG:
        model_ool_verify(model, task);
        break;
    case DISCOVERY_SERVE_MSG:
    case DISCOVERY_LOOKUP_MSG:
        break; // depends on the text that vm will read: see expected()
    case VM_ALLOC_PAGES_MSG:
    case SHM_CREATE_MSG:
    case SHM_MAP_MSG:
    case SHM_CLOSE_MSG:
        model_shm_request(model, task);
        break;
    default:
        model_task_request(model, task);
        break;
    }
}

void model_message(struct model *model, task_t actor, const struct message *m)
{
    model->actor = actor;
    if (actor == KERNEL_TASK) {
        from_launcher(model, m);
        model_ool_settle(model);
        return;
    }
    struct model_task *task = model_task(model, actor);
    if (!task)
        return; // the message of an ended task has no effect
    answers_t no_request = not_a_request(m);
    if (no_request == ANSWER_NONE)
        return;
    model->requests++;
    if (task->request.wait != MODEL_IDLE) {
        task->second = ANSWER(ERR_IN_USE);
        task->second_type = m->type;
        return;
    }
    struct model_request *request = &task->request;
    memset(request, 0, offsetof(struct model_request, text));
    request->text[0] = 0;
    request->m = *m;
    request->order = ++model->order;
    request->wait = MODEL_NOW;
    request->expect = no_request;
    if (!no_request)
        handle(model, task);
    model_ool_settle(model);
}

void model_tick(struct model *model)
{
    model->actor = -1;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_request *request = &model->tasks[i].request;
        if (request->wait == MODEL_LOOKUP && request->deadline_ns &&
            model->now_ns >= request->deadline_ns) {
            request->wait = MODEL_NOW;
            request->expect = ANSWER(ERR_TIMEOUT);
        }
    }
    model_ool_tick(model);
}

// --- Answers ------------------------------------------------------------------------------------

// The answers that vm may give to a request now.
answers_t model_expected(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    if (request->m.type == DISCOVERY_SERVE_MSG ||
        (request->m.type == DISCOVERY_LOOKUP_MSG && request->expect != ANSWER(ERR_TIMEOUT)))
        return model_name_expect(model, task);
    if (request->m.type == BENCHMARK_NOP_WITH_OOL_MSG)
        return model_nop_expect(model, task);
    if (request->m.type == TASK_LAUNCH_MSG && !request->expect)
        return model_launch_expect(task);
    return request->expect;
}

static bool is_second(const struct model_task *task, const struct message *m)
{
    if (!task->second)
        return false;
    if (m->type < 0)
        return m->type >= ERR_LAST && (task->second & ANSWER(m->type));
    return false;
}

static void check_ok(struct model *model, struct model_task *task, const struct message *m, int fd)
{
    switch (task->request.m.type) {
    case OOL_RECV_MSG:
    case OOL_SEND_MSG:
    case OOL_VERIFY_MSG:
        model_ool_answer(model, task, m);
        break;
    case DISCOVERY_SERVE_MSG:
    case DISCOVERY_LOOKUP_MSG:
        model_name_answer(model, task, m);
        break;
    case VM_ALLOC_PAGES_MSG:
    case SHM_CREATE_MSG:
    case SHM_MAP_MSG:
    case SHM_CLOSE_MSG:
        model_shm_answer(model, task, m, fd);
        break;
    default:
        model_task_answer(model, task, m);
        break;
    }
    MODEL_CHECK(model, (fd >= 0) == task->request.has_fd, "an answer %s a descriptor",
                fd < 0 ? "without" : "with");
}

// Checks that the bytes after the last field of a message are zero, so that the message carries
// neither uninitialised bytes nor another task's data.
static void check_tail(struct model *model, const struct message *m, size_t used)
{
    static const uint8_t zeros[sizeof(m->raw)];
    if (!memcmp(m->raw + used, zeros, sizeof(m->raw) - used))
        return;
    for (size_t i = used; i < sizeof(m->raw); i++)
        MODEL_CHECK(model, !m->raw[i], "byte %zu of an answer of type 0x%x is 0x%x", i, m->type,
                    m->raw[i]);
}

void model_on_answer(struct model *model, task_t dst, const struct message *m, int fd)
{
    struct model_task *task = model_task(model, dst);
    MODEL_CHECK(model, task, "an answer to %d, which is not alive", dst);
    MODEL_CHECK(model, m->src == 0, "an answer with a source");
    check_tail(model, m, m->type < 0 ? 0 : 48);
    model->answers++;
    if (is_second(task, m)) {
        task->second = 0;
        return;
    }
    struct model_request *request = &task->request;
    MODEL_CHECK(model, request->wait != MODEL_IDLE, "an answer (%d) that %d did not ask for",
                m->type, dst);
    if (m->type != ERR_WOULD_BLOCK && model_ool_may_unblock(request))
        model_ool_unblock(model, task);
    if (request->m.type == OOL_SEND_MSG && request->wait != MODEL_NOW) {
        model_ool_answer(model, task, m);
    } else if (m->type < 0) {
        MODEL_CHECK(model,
                    m->type >= ERR_LAST && request->wait == MODEL_NOW &&
                        (model_expected(model, task) & ANSWER(m->type)),
                    "%d is answered %d to 0x%x, expected set 0x%llx", dst, m->type, request->m.type,
                    (unsigned long long)model_expected(model, task));
        MODEL_CHECK(model, fd < 0 && !request->promised, "an error with a descriptor");
    } else {
        check_ok(model, task, m, fd);
    }
    request->wait = MODEL_IDLE;
    model_ool_settle(model);
}

static void end_request(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    MODEL_CHECK(model, !task->second, "no answer to the second request 0x%x of %d",
                task->second_type, task->id);
    if (request->wait != MODEL_NOW)
        return;
    MODEL_CHECK(model, model_expected(model, task) & ANSWER_NONE,
                "no answer to the request 0x%x of %d, expected set 0x%llx", request->m.type,
                task->id, (unsigned long long)model_expected(model, task));
    request->wait = MODEL_IDLE;
    if (request->m.type == DISCOVERY_LOOKUP_MSG)
        model_name_block(model, task);
}

void model_end(struct model *model, bool copy_pending)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        if (!task->id)
            continue;
        end_request(model, task);
        MODEL_CHECK(model, !task->owes_notify, "%d is not notified", task->id);
        task->notified = task->looked_at = false;
    }
    MODEL_CHECK(model, !model->destroying, "task %d is not destroyed", model->destroying);
    MODEL_CHECK(model, !model->reaping, "task %d is not reaped", model->reaped);
    model_name_end(model);
    model_shm_end(model);
    model_ool_end(model, copy_pending);
}
