// The reference model: texts that vm reads from tasks, and the names of services.
#include "model.h"
#include <string.h>

#define NAME_MAX_LEN 63

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
    vaddr_t start = (vaddr_t)request->m.ool_ptr; // a text is always the first payload
    size_t len = request->m.ool_len;
    MODEL_CHECK(model, addr >= start && want <= len && addr - start <= len - want,
                "reads %zu bytes at 0x%llx of %d, not part of its payload", want,
                (unsigned long long)addr, id);
    if (got < want)
        request->read_short = true;
    if (request->m.type == BENCHMARK_NOP_WITH_OOL_MSG) {
        request->text_read += got;
        MODEL_CHECK(model, addr - start + want <= MODEL_BENCH_BYTES, "reads more than it says");
        return;
    }
    MODEL_CHECK(model, addr - start + want <= MODEL_TEXT + 1,
                "reads more of a text than it can use");
    memcpy(request->text + (addr - start), data, got);
    request->text_read += got;
    request->text[request->text_read] = 0;
}

// Whether the text is UTF-8 without control characters (C0, DEL, C1), which can never be printed.
// UTF-8: shortest form, no surrogates, up to U+10FFFF.
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

// The answers that a name itself requires, before any other check. The documents do not say which
// letters beyond ASCII can be printed, or whether bytes may follow the NUL.
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

// The answer to a request with a name depends on the name that vm reads. So the model computes the
// expected answers when vm answers.
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
    // vm may answer a task that waited for a name before it answers the new server.
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

void model_name_block(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    uint64_t timeout_ms = request->m.discovery_lookup.timeout_ms;
    request->wait = MODEL_LOOKUP;
    request->deadline_ns = timeout_ms ? model->now_ns + timeout_ms * 1000000 : 0;
}
