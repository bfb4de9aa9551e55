// The reference model: names of services, life and death of tasks, the small requests.
#include "model.h"
#include <string.h>

#define NAME_MAX_LEN    63
#define BENCH_MAX_BYTES (128u * 1024)
#define MAX_LAUNCH_TEXT 4096

// --- Texts --------------------------------------------------------------------------------------

void model_on_read(struct model *model, task_t id, vaddr_t addr, const void *data, size_t want,
                   size_t got)
{
    struct model_task *task = model_task(model, id);
    MODEL_CHECK(model, task, "reads of %d, which is not alive", id);
    struct model_request *request = &task->request;
    if (request->wait != MODEL_NOW || !(request->m.type & MSG_OOL)) {
        model_ool_read(model, task, addr, data, want, got);
        return;
    }
    vaddr_t start = (vaddr_t)request->m.ool_ptr; // every text is the first payload
    size_t len = request->m.ool_len;
    MODEL_CHECK(model, addr >= start && want <= len && addr - start <= len - want,
                "reads %zu bytes at 0x%llx of %d, not part of its payload", want,
                (unsigned long long)addr, id);
    if (got < want)
        request->read_short = true;
    if (request->m.type == BENCHMARK_NOP_WITH_OOL_MSG) {
        request->text_read += got;
        MODEL_CHECK(model, addr - start + want <= BENCH_MAX_BYTES, "reads more than it says");
        return;
    }
    MODEL_CHECK(model, addr - start + want <= MAX_LAUNCH_TEXT + 1,
                "reads more of a text than it can use");
    memcpy(request->text + (addr - start), data, got);
    request->text_read += got;
    request->text[request->text_read] = 0;
}

// Whether the text is UTF-8 without what certainly cannot be printed: no control character (C0,
// DEL, C1). UTF-8: shortest form, no surrogates, up to U+10FFFF.
static bool is_printable_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint8_t c = (uint8_t)text[i++];
        unsigned more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        uint32_t point = c < 0x80 ? c : c & (0x3fu >> more);
        if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || i + more > len)
            return false;
        for (unsigned k = 0; k < more; k++) {
            if (((uint8_t)text[i] & 0xc0) != 0x80)
                return false;
            point = point << 6 | ((uint8_t)text[i++] & 0x3f);
        }
        if (point < 0x20 || (point >= 0x7f && point < 0xa0) ||
            (point >= 0xd800 && point < 0xe000) || point > 0x10ffff ||
            (more == 2 && point < 0x800) || (more == 3 && point < 0x10000))
            return false;
    }
    return true;
}

// What must come of a name that was read, before anything else is looked at. Which letters beyond
// ASCII can be printed is not said, nor whether bytes may follow the NUL.
static answers_t check_name(const struct model_request *request)
{
    size_t len = request->m.ool_len;
    if (request->read_short || len == 0 || request->text_read < MIN(len, (size_t)NAME_MAX_LEN + 1))
        return ANSWER(ERR_INVALID_ARG);
    size_t name = strnlen(request->text, MIN(len, (size_t)MODEL_TEXT));
    if (name == 0 || name > NAME_MAX_LEN || !is_printable_utf8(request->text, name))
        return ANSWER(ERR_INVALID_ARG);
    bool ascii = true;
    for (size_t i = 0; i < name; i++)
        ascii &= (uint8_t)request->text[i] < 0x80;
    if (len > name + 1 || !ascii)
        return ANSWER(ERR_INVALID_ARG) | ANSWER(OK);
    return ANSWER(OK);
}

// --- Names --------------------------------------------------------------------------------------

static task_t server_of(struct model *model, const char *name, task_t except)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        for (unsigned k = 0; task->id && task->id != except && k < task->num_serves; k++) {
            if (!strcmp(task->serves[k], name))
                return task->id;
        }
    }
    return 0;
}

static bool is_listed(const struct model_task *task, const char *name)
{
    for (unsigned k = 0; k < task->num_may_serve; k++) {
        if (!strcmp(task->may_serve[k], name))
            return true;
    }
    return false;
}

unsigned model_names_used(const struct model_task *task)
{
    unsigned used = task->num_may_serve;
    for (unsigned k = 0; k < task->num_serves; k++)
        used += !is_listed(task, task->serves[k]);
    return used;
}

bool model_name_has_place(const struct model_task *task, const char *name)
{
    for (unsigned k = 0; k < task->num_serves; k++) {
        if (!strcmp(task->serves[k], name))
            return true;
    }
    return is_listed(task, name);
}

static answers_t expect_serve(struct model *model, struct model_task *task)
{
    answers_t name = check_name(&task->request);
    answers_t expect = 0;
    if (!(name & ANSWER(OK)))
        return name;
    bool listed = is_listed(task, task->request.text);
    if (!listed && !task->may_serve_any)
        expect |= ANSWER(ERR_NOT_PERMITTED);
    if (server_of(model, task->request.text, 0))
        expect |= ANSWER(ERR_ALREADY_EXISTS);
    if (!listed && model_names_used(task) >= MODEL_NAMES)
        expect |= ANSWER(ERR_NO_MEMORY);
    return expect ? expect | (name & ~ANSWER(OK)) : name;
}

static answers_t expect_lookup(struct model *model, struct model_task *task)
{
    answers_t name = check_name(&task->request);
    if (!(name & ANSWER(OK)))
        return name;
    if (!server_of(model, task->request.text, task->request.m.discovery_lookup.except))
        return (name & ~ANSWER(OK)) | ANSWER_NONE;
    return name;
}

// What a name's request answers depends on what vm reads: it is worked out when it is answered.
answers_t model_name_expect(struct model *model, struct model_task *task)
{
    if (task->request.m.type == DISCOVERY_SERVE_MSG)
        return expect_serve(model, task);
    return expect_lookup(model, task);
}

void model_name_answer(struct model *model, struct model_task *task, const struct message *m)
{
    struct model_request *request = &task->request;
    if (request->m.type == DISCOVERY_SERVE_MSG) {
        MODEL_CHECK(
            model, m->type == DISCOVERY_SERVE_REPLY_MSG && (expect_serve(model, task) & ANSWER(OK)),
            "serve(\"%s\") of %d is answered 0x%x", request->text, task->id, m->type);
        strcpy(task->serves[task->num_serves++], request->text);
        return;
    }
    MODEL_CHECK(model, m->type == DISCOVERY_LOOKUP_REPLY_MSG && (check_name(request) & 1),
                "lookup(\"%s\") is answered 0x%x", request->text, m->type);
    task_t server = server_of(model, request->text, request->m.discovery_lookup.except);
    struct model_task *serving = model_task(model, m->discovery_lookup_reply.task);
    // vm may answer who waited for a name before it answers the new server.
    bool becomes = serving && serving != task && serving->request.wait == MODEL_NOW && !server &&
                   serving->id != request->m.discovery_lookup.except &&
                   serving->request.m.type == DISCOVERY_SERVE_MSG &&
                   (expect_serve(model, serving) & ANSWER(OK)) &&
                   !strcmp(serving->request.text, request->text);
    MODEL_CHECK(model, becomes || (server && server == m->discovery_lookup_reply.task),
                "lookup(\"%s\") finds %d, not %d", request->text, m->discovery_lookup_reply.task,
                server);
    if (becomes)
        serving->request.promised = true;
}

void model_name_end(struct model *model)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        struct model_request *request = &task->request;
        if (!task->id || request->wait != MODEL_LOOKUP)
            continue;
        task_t server = server_of(model, request->text, request->m.discovery_lookup.except);
        MODEL_CHECK(model, !server, "%d still waits for \"%s\", which %d serves", task->id,
                    request->text, server);
    }
}

void model_name_park(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    uint64_t timeout_ms = request->m.discovery_lookup.timeout_ms;
    request->wait = MODEL_LOOKUP;
    request->deadline_ns = timeout_ms ? model->now_ns + timeout_ms * 1000000 : 0;
}

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
    // How many are too many is not said; a few must be possible.
    unsigned count = task->num_ends;
    for (unsigned i = 0; i < task->num_ends; i++) {
        if (task->ends[i] == id)
            return ANSWER(OK); // is there already
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
    if (task->request.m.ool_len > MAX_LAUNCH_TEXT + 1)
        expect |= ANSWER(ERR_TOO_LARGE);
    return expect; // else it depends on the text and on the launcher
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
    if (len > MAX_LAUNCH_TEXT && request->text_read == len && request->text[len - 1])
        expect |= ANSWER(ERR_TOO_LARGE);
    return expect;
}

// Worked out when it is answered, too: it depends on what vm could read and write.
answers_t model_nop_expect(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    vaddr_t addr = (vaddr_t)request->m.ool_ptr;
    size_t len = MIN(request->m.ool_len, (size_t)BENCH_MAX_BYTES);
    if (len && (!addr || addr + len < addr || request->read_short || request->text_read < len))
        return ANSWER(ERR_INVALID_ARG);
    if (request->buffer)
        return request->write_short ? ANSWER(ERR_ABORTED) : ANSWER(OK);
    if (!model_ool_from_vm(model, task))
        return ANSWER(ERR_WOULD_BLOCK);
    return task->region_len < sizeof("reply!") ? ANSWER(ERR_TOO_LARGE) : 0;
}

// Also an end that was not pulled yet.
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
