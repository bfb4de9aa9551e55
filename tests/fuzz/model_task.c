// The reference model: the start and the end of tasks, the small requests, and vm's other calls to
// its environment.
#include "model.h"
#include <string.h>

// --- Tasks --------------------------------------------------------------------------------------

static answers_t expect_free(struct model *model, struct model_task *task)
{
    task_t id = task->request.m.task_free.task;
    answers_t expect = 0;
    if (!model_task(model, id))
        expect |= ANSWER(ERR_INVALID_TASK);
    if (id != task->id && !(task->rights & RIGHT_DESTROY))
        expect |= ANSWER(ERR_NOT_PERMITTED);
    if (expect)
        return expect;
    model->destroying = id;
    return ANSWER(OK);
}

static answers_t expect_watch(struct model *model, struct model_task *task)
{
    task_t id = task->request.m.task_watch.task;
    answers_t expect = 0;
    if (id == task->id)
        expect |= ANSWER(ERR_INVALID_ARG);
    else if (!model_existed(model, id))
        expect |= ANSWER(ERR_INVALID_TASK);
    if (expect)
        return expect;
    // The documents do not state the limit, but some must be possible.
    unsigned count = task->num_ends;
    for (unsigned i = 0; i < task->num_ends; i++) {
        if (task->ends[i] == id)
            return ANSWER(OK); // it is there already
    }
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        count += task->watches[i];
    return ANSWER(OK) | (count >= MODEL_MIN_WATCHES ? ANSWER(ERR_NO_MEMORY) : 0);
}

static answers_t expect_launch(const struct model_task *task)
{
    answers_t expect = 0;
    if (!(task->rights & RIGHT_LAUNCH))
        expect |= ANSWER(ERR_NOT_PERMITTED);
    if (task->request.m.ool_len > MODEL_TEXT + 1)
        expect |= ANSWER(ERR_TOO_LARGE);
    return expect; // otherwise it depends on the text and on the launcher
}

// A launch that vm does not pass on: the text cannot be read, or names nothing.
answers_t model_launch_expect(const struct model_task *task)
{
    const struct model_request *request = &task->request;
    size_t len = request->m.ool_len;
    if (len == 0 || (request->text_read == len && !request->text[0]))
        return ANSWER(ERR_INVALID_ARG) | ANSWER(ERR_NOT_FOUND);
    answers_t expect = 0;
    if (request->read_short || request->text_read < len || strlen(request->text) + 1 < len)
        expect |= ANSWER(ERR_INVALID_ARG);
    if (len > MODEL_TEXT && request->text_read == len && request->text[len - 1])
        expect |= ANSWER(ERR_TOO_LARGE);
    return expect;
}

// This, too, is computed when vm answers, because it depends on what vm could read and write.
answers_t model_nop_expect(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    vaddr_t addr = (vaddr_t)request->m.ool_ptr;
    size_t len = MIN(request->m.ool_len, (size_t)MODEL_BENCH_BYTES);
    if (len && (!addr || addr + len < addr || request->read_short || request->text_read < len))
        return ANSWER(ERR_INVALID_ARG);
    if (request->buffer)
        return request->write_short ? ANSWER(ERR_ABORTED) : ANSWER(OK);
    struct model_buffer *buffer = model_ool_from_vm(model, task);
    if (!buffer)
        return ANSWER(ERR_WOULD_BLOCK);
    if (buffer->unreachable)
        return ANSWER(ERR_ABORTED);
    return task->region_len < sizeof("reply!") ? ANSWER(ERR_TOO_LARGE) : 0;
}

// Also true for an end that was not pulled yet.
static bool is_watching(struct model *model, const struct model_task *task, task_t id)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        if (task->watches[i] && model->tasks[i].id == id)
            return true;
    }
    for (unsigned i = 0; i < task->num_ends; i++) {
        if (task->ends[i] == id)
            return true;
    }
    return false;
}

void model_task_request(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    switch (request->m.type) {
    case TASK_ALLOC_MSG:
        request->expect = ANSWER(ERR_UNAVAILABLE);
        break;
    case TASK_FREE_MSG:
        request->expect = expect_free(model, task);
        break;
    case TASK_LAUNCH_MSG:
        request->expect = expect_launch(task);
        break;
    case TASK_WATCH_MSG:
        request->expect = expect_watch(model, task);
        break;
    case TASK_UNWATCH_MSG:
        request->expect = ANSWER(ERR_NOT_FOUND);
        if (is_watching(model, task, request->m.task_unwatch.task))
            request->expect = ANSWER(OK);
        break;
    case BENCHMARK_NOP_MSG:
        request->expect = ANSWER(OK);
        break;
    case BENCHMARK_NOP_WITH_OOL_MSG:
        break;
    default: // ASYNC_MSG
        request->expect = task->num_ends ? ANSWER(OK) : ANSWER(ERR_EMPTY);
        break;
    }
}

// --- Their answers ------------------------------------------------------------------------------

static void add_end(struct model *model, struct model_task *task, task_t ended)
{
    MODEL_CHECK(model, task->num_ends < MODEL_ENDS, "the input is too long");
    task->ends[task->num_ends++] = ended;
    task->owes_notify = true;
}

static void answered_watch(struct model *model, struct model_task *task)
{
    task_t id = task->request.m.task_watch.task;
    struct model_task *watched = model_task(model, id);
    for (unsigned i = 0; i < task->num_ends; i++) {
        if (task->ends[i] == id)
            return;
    }
    if (watched) {
        task->watches[watched - model->tasks] = true;
    } else {
        add_end(model, task, id);
        task->owes_notify = !task->notified; // vm may notify first, then answer
    }
}

static void answered_unwatch(struct model *model, struct model_task *task)
{
    task_t id = task->request.m.task_unwatch.task;
    struct model_task *watched = model_task(model, id);
    unsigned kept = 0;
    if (watched)
        task->watches[watched - model->tasks] = false;
    for (unsigned i = 0; i < task->num_ends; i++) {
        if (task->ends[i] != id)
            task->ends[kept++] = task->ends[i];
    }
    task->num_ends = kept;
}

static void answered_pull(struct model *model, struct model_task *task, const struct message *m)
{
    MODEL_CHECK(model, m->type == TASK_EXITED_MSG && m->task_exited.task == task->ends[0],
                "%d is told that %d ended, not %d", task->id, m->task_exited.task, task->ends[0]);
    task->num_ends--;
    memmove(task->ends, task->ends + 1, task->num_ends * sizeof(task->ends[0]));
    task->owes_notify = task->num_ends > 0 && !task->notified;
}

static void answered_nop_with_ool(struct model *model, struct model_task *task,
                                  const struct message *m)
{
    struct model_buffer *buffer = task->request.buffer;
    MODEL_CHECK(model,
                m->type == BENCHMARK_NOP_WITH_OOL_REPLY_MSG && buffer &&
                    !task->request.read_short && !task->request.write_short &&
                    m->benchmark_nop_with_ool_reply.data_len == 7,
                "nop_with_ool is answered 0x%x", m->type);
    buffer->use = MODEL_RESERVED;
    buffer->src = VM_TASK;
    buffer->id = (uint64_t)m->benchmark_nop_with_ool_reply.data;
    buffer->count = 1;
    memset(buffer->len, 0, sizeof(buffer->len));
    buffer->len[0] = 7;
    model_ool_record_id(model, buffer->id, VM_TASK, task->id);
}

void model_task_answer(struct model *model, struct model_task *task, const struct message *m)
{
    struct model_request *request = &task->request;
    int type = request->m.type;
    if (type == TASK_LAUNCH_MSG) {
        MODEL_CHECK(model,
                    m->type == TASK_LAUNCH_REPLY_MSG && (request->expect & ANSWER(OK)) &&
                        m->task_launch_reply.task == request->launched,
                    "a launch is answered 0x%x", m->type);
        return;
    }
    answers_t expect = request->expect;
    if (type == BENCHMARK_NOP_WITH_OOL_MSG)
        expect = model_nop_expect(model, task);
    MODEL_CHECK(model,
                request->wait == MODEL_NOW && (expect & ANSWER(OK)) &&
                    (type == ASYNC_MSG || (m->type & 0xffff) == ((type & 0x7fff) | 0x8000)),
                "%d is answered 0x%x to 0x%x, expected set 0x%llx", task->id, m->type, type,
                (unsigned long long)expect);
    if (type == TASK_WATCH_MSG)
        answered_watch(model, task);
    if (type == TASK_UNWATCH_MSG)
        answered_unwatch(model, task);
    if (type == BENCHMARK_NOP_MSG)
        MODEL_CHECK(model,
                    (uint32_t)m->benchmark_nop_reply.value ==
                        (uint32_t)request->m.benchmark_nop.value * 7,
                    "nop answers %d", m->benchmark_nop_reply.value);
    if (type == BENCHMARK_NOP_WITH_OOL_MSG)
        answered_nop_with_ool(model, task, m);
    if (type == ASYNC_MSG)
        answered_pull(model, task, m);
}

void model_task_ended(struct model *model, struct model_task *task, task_t id)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *watcher = &model->tasks[i];
        if (watcher->id && watcher->watches[task - model->tasks])
            add_end(model, watcher, id);
        watcher->watches[task - model->tasks] = false;
    }
}

// --- The rest of the environment ----------------------------------------------------------------

void model_on_notify(struct model *model, task_t dst, notifications_t bits)
{
    struct model_task *task = model_task(model, dst);
    MODEL_CHECK(model, task, "notifies %d, which is not alive", dst);
    MODEL_CHECK(model, bits == NOTIFY_ASYNC, "notifies %d of 0x%x", dst, bits);
    task->owes_notify = false;
    task->notified = true;
}

void model_on_launch(struct model *model, uint32_t token, const char *text, size_t len,
                     error_t error)
{
    struct model_task *task = model_task(model, model->actor);
    MODEL_CHECK(model,
                task && task->request.m.type == TASK_LAUNCH_MSG &&
                    task->request.wait == MODEL_NOW && !task->request.expect &&
                    !task->request.read_short,
                "launches, but nobody asked for it");
    struct model_request *request = &task->request;
    size_t named = strnlen(request->text, MIN(request->m.ool_len, (size_t)MODEL_TEXT));
    MODEL_CHECK(model, len == named && !memcmp(text, request->text, len) && !text[len],
                "launches another text than %d named", task->id);
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        MODEL_CHECK(model,
                    model->tasks[i].request.wait != MODEL_LAUNCH ||
                        model->tasks[i].request.token != token,
                    "two launches have one token");
    request->token = token;
    if (error)
        request->expect = ANSWER(error);
    else
        request->wait = MODEL_LAUNCH;
}

void model_on_destroy(struct model *model, task_t task, error_t error)
{
    MODEL_CHECK(model, model->destroying == task && task, "destroys %d", task);
    model->destroying = 0;
    if (error)
        model_task(model, model->actor)->request.expect = ANSWER(error);
}

void model_on_reaped(struct model *model, task_t task)
{
    MODEL_CHECK(model, model->reaping && model->reaped == task, "reaps %d", task);
    model->reaping = false;
}
