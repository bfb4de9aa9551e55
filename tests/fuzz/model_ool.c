// The reference model: out-of-line payloads. A buffer is armed, then reserved for one sender, then
// held by its owner; senders that find none are blocked, first come first served.
#include "model.h"
#include <string.h>

static bool waits_closed(const struct model_task *task, task_t src)
{
    enum wait_kind kind = wait_word_kind(task->word);
    return (kind == WAIT_RECV || kind == WAIT_CALL) && wait_word_task(task->word) == src;
}

// Whether the wait `tag` in which a closed buffer was taken is over: "a reservation from another
// source or episode is void".
static bool is_void(const struct model_task *task, uint64_t tag)
{
    return wait_word_episode(task->word) != wait_word_episode(tag) ||
           wait_word_task(task->word) != wait_word_task(tag);
}

static size_t payload_len(const struct message *m, unsigned k)
{
    const size_t len[] = {m->ool_send.len, m->ool_send.len2, m->ool_send.len3, m->ool_send.len4};
    return len[k];
}

vaddr_t model_payload_addr(const struct message *m, unsigned k)
{
    const vaddr_t addr[] = {m->ool_send.addr, m->ool_send.addr2, m->ool_send.addr3,
                            m->ool_send.addr4};
    return addr[k];
}

static unsigned payload_count(const struct message *m)
{
    return m->ool_send.count ? m->ool_send.count : 1;
}

// "Each starts at the next multiple of 16 bytes after the end of the one before and one more byte."
size_t model_payload_offset(const size_t *len, unsigned k)
{
    size_t offset = 0;
    for (unsigned i = 0; i < k; i++)
        offset = ALIGN_UP(offset + len[i] + 1, (size_t)16);
    return offset;
}

// The bytes of a buffer that the payloads of a request take; SIZE_MAX: too many for any buffer.
static size_t payloads_total(const struct message *m)
{
    size_t len[MSG_MAX_PAYLOADS];
    for (unsigned k = 0; k < payload_count(m); k++) {
        len[k] = payload_len(m, k);
        if (len[k] > MODEL_PAYLOAD * 2)
            return SIZE_MAX;
    }
    return model_payload_offset(len, payload_count(m) - 1) + len[payload_count(m) - 1];
}

static bool wraps(vaddr_t addr, size_t len)
{
    return addr + len < addr;
}

// --- ool.recv -----------------------------------------------------------------------------------

// The content of the memory is the same whether vm has mapped it or not.
static bool is_standing(const struct message *m)
{
    return m->ool_recv.region == OOL_REGION_STANDING || m->ool_recv.region == OOL_REGION_SHARED;
}

// The size of a receipt, `len` bytes and one more byte, rounded up to whole pages.
static size_t stride(size_t len)
{
    return ALIGN_UP(MODEL_RECEIPT + len + 1, (size_t)PAGE_SIZE);
}

static answers_t check_region(const struct model_task *task, const struct message *m)
{
    answers_t expect = 0;
    vaddr_t addr = m->ool_recv.addr;
    size_t len = m->ool_recv.len;
    if (m->ool_recv.region > OOL_REGION_SHARED || addr == 0 || len == 0)
        expect |= ANSWER(ERR_INVALID_ARG);
    if (len > task->limit)
        expect |= ANSWER(ERR_TOO_LARGE);
    if (is_standing(m)) {
        if (addr % PAGE_SIZE)
            expect |= ANSWER(ERR_INVALID_ARG);
        if (len >= SIZE_MAX / 4 || wraps(addr, NUM_BUFFERS * stride(len)))
            expect |= ANSWER(ERR_INVALID_ARG);
    } else if (len == SIZE_MAX || wraps(addr, len + 1)) {
        expect |= ANSWER(ERR_INVALID_ARG);
    }
    return expect ? expect : ANSWER(OK);
}

// A task may register the same single buffer before each receive. A payload may have arrived before
// that.
static bool keeps_single(const struct model_task *task, const struct message *m)
{
    const struct model_buffer *buffer = &task->buffers[OPEN];
    return task->region == OOL_REGION_SINGLE && m->ool_recv.region == OOL_REGION_SINGLE &&
           buffer->addr == m->ool_recv.addr && task->region_len == m->ool_recv.len &&
           (buffer->use == MODEL_COPYING || (buffer->use == MODEL_RESERVED && !buffer->orphan));
}

void model_ool_recv(struct model *model, struct model_task *task)
{
    const struct message *m = &task->request.m;
    task->looked_at = true;
    if (m->ool_recv.region == OOL_REGION_ANNOUNCE) {
        task->request.expect = ANSWER(OK);
        return;
    }
    task->request.expect = check_region(task, m);
    if (task->request.expect != ANSWER(OK) || keeps_single(task, m))
        return;
    task->refused = false;
    model_ool_look(model, task);
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        model_ool_revoke(model, task, &task->buffers[k]);
        task->buffers[k].receipt = task->buffers[k].withdraw_at = 0;
    }
    task->region = is_standing(m) ? OOL_REGION_STANDING : OOL_REGION_SINGLE;
    task->region_len = m->ool_recv.len;
    task->buffers[OPEN].use = MODEL_ARMED;
    task->buffers[OPEN].addr = m->ool_recv.addr;
    if (task->region == OOL_REGION_SINGLE)
        return;
    task->buffers[CLOSED].use = MODEL_ARMED;
    for (unsigned k = 0; k < NUM_BUFFERS; k++)
        task->buffers[k].addr = m->ool_recv.addr + k * stride(m->ool_recv.len) + MODEL_RECEIPT;
}

// --- ool.send -----------------------------------------------------------------------------------

static bool flags_are_known(const struct message *m)
{
    unsigned flags = m->ool_send.flags;
    return flags == 0 || flags == OOL_NOBLOCK || flags == (OOL_NOBLOCK | OOL_REPLY);
}

static answers_t check_send(struct model *model, struct model_task *task, const struct message *m)
{
    answers_t expect = 0;
    struct model_task *dst = model_task(model, m->ool_send.dst);
    if (!dst || dst == task)
        expect |= ANSWER(ERR_INVALID_TASK);
    else if (task->strangers >> (dst - model->tasks) & 1)
        expect |= ANSWER(ERR_NOT_PERMITTED);
    if (m->ool_send.count > MSG_MAX_PAYLOADS || !flags_are_known(m))
        return expect | ANSWER(ERR_INVALID_ARG);
    for (unsigned k = 0; k < payload_count(m); k++) {
        vaddr_t addr = model_payload_addr(m, k);
        if (payload_len(m, k) > 0 && (!addr || wraps(addr, payload_len(m, k))))
            expect |= ANSWER(ERR_INVALID_ARG);
    }
    // If the receiver registered less than its limit, vm finds this when the payload gets a buffer.
    if (dst && payloads_total(m) > dst->limit)
        expect |= ANSWER(ERR_TOO_LARGE);
    return expect;
}

void model_ool_send(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    request->expect = check_send(model, task, &request->m);
    if (request->expect)
        return;
    request->dst = model_task(model, request->m.ool_send.dst);
    request->dst->looked_at = true;
    request->wait = MODEL_BLOCKED;
}

// Does not look at the page.
static bool is_free(const struct model_buffer *buffer)
{
    return buffer->use == MODEL_ARMED || (buffer->use == MODEL_RESERVED && buffer->orphan);
}

static bool may_take(const struct model_task *dst, const struct model_buffer *buffer)
{
    return is_free(buffer) || model_ool_copied_out(dst, buffer);
}

// The closed buffer, when `src` may have it now.
static struct model_buffer *closed_buffer(struct model_task *dst, task_t src)
{
    struct model_buffer *buffer = &dst->buffers[CLOSED];
    if (dst->region != OOL_REGION_STANDING || !waits_closed(dst, src))
        return NULL;
    // The owner may read a verified payload until it waits again, even if the payload came for an
    // earlier wait.
    bool over = buffer->use == MODEL_HELD
                    ? wait_word_episode(dst->word) != wait_word_episode(buffer->tag)
                    : is_void(dst, buffer->tag);
    return may_take(dst, buffer) || over ? buffer : NULL;
}

static struct model_buffer *open_buffer(struct model_task *dst)
{
    struct model_buffer *buffer = &dst->buffers[OPEN];
    return dst->region >= 0 && may_take(dst, buffer) ? buffer : NULL;
}

// The buffer for a payload of `src` now, or NULL. "Only what `dst` waits for may use its closed
// buffer."
static struct model_buffer *choose_buffer(struct model_task *dst, task_t src, unsigned flags)
{
    struct model_buffer *closed = flags == OOL_NOBLOCK ? NULL : closed_buffer(dst, src);
    return closed ? closed : open_buffer(dst);
}

// Takes the buffer for a new payload. Its earlier payload is no longer valid.
static void take(struct model *model, struct model_task *dst, struct model_buffer *buffer)
{
    model_ool_revoke(model, dst, buffer);
    buffer->use = MODEL_ARMED;
    buffer->tag = dst->word;
    if (buffer == &dst->buffers[OPEN])
        dst->refused = false;
}

struct model_buffer *model_ool_from_vm(struct model *model, struct model_task *task)
{
    model_ool_look(model, task);
    struct model_buffer *buffer = choose_buffer(task, VM_TASK, 0);
    task->looked_at = true;
    if (buffer)
        take(model, task, buffer);
    return buffer;
}

// Starts the copy of a blocked sender, if there is a buffer.
bool model_ool_start(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    struct model_task *dst = request->dst;
    struct model_buffer *buffer = choose_buffer(dst, task->id, request->m.ool_send.flags);
    if (!buffer)
        return false;
    take(model, dst, buffer);
    if (payloads_total(&request->m) > dst->region_len) {
        request->wait = MODEL_NOW;
        request->expect = ANSWER(ERR_TOO_LARGE);
        return true;
    }
    buffer->use = MODEL_COPYING;
    buffer->src = task->id;
    buffer->count = payload_count(&request->m);
    for (unsigned k = 0; k < MSG_MAX_PAYLOADS; k++)
        buffer->len[k] = k < buffer->count ? payload_len(&request->m, k) : 0;
    request->wait = MODEL_COPY;
    request->buffer = buffer;
    request->part = 0;
    request->done = request->piece = 0;
    request->begun = false;
    request->read_short = false;
    request->write_short = buffer->unreachable;
    buffer->unreachable = false;
    return true;
}

// The blocked sender that came next after `order`.
static struct model_task *next_blocked(struct model *model, const struct model_task *dst,
                                       int64_t order)
{
    struct model_task *next = NULL;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        const struct model_request *request = &task->request;
        if (task->id && request->wait == MODEL_BLOCKED && request->dst == dst &&
            request->order > order && (!next || request->order < next->request.order))
            next = task;
    }
    return next;
}

// "First come first served": each sender in turn takes a buffer if there is one for it. A sender
// that cannot wait gets an answer instead. If this cancels another sender's copy, the model asks
// all senders again.
void model_ool_settle_at(struct model *model, struct model_task *dst)
{
    struct model_task *task;
    int64_t front;
    if (!dst->id || !next_blocked(model, dst, INT64_MIN))
        return;
    model_ool_look(model, dst);
    do {
        int64_t order = INT64_MIN;
        front = model->front;
        while (front == model->front && (task = next_blocked(model, dst, order))) {
            order = task->request.order;
            if (model_ool_start(model, task) || !(task->request.m.ool_send.flags & OOL_NOBLOCK))
                continue;
            task->request.wait = MODEL_NOW;
            task->request.expect = ANSWER(ERR_WOULD_BLOCK);
            dst->refused = true;
        }
    } while (front != model->front);
}

// vm looks at the page of a receiver when something happens there. (A task that begins to wait for
// a blocked sender tells vm: ool.recv, announce.) An armed open buffer needs no page.
void model_ool_settle(struct model *model)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *dst = &model->tasks[i];
        bool is_armed = dst->region >= 0 && is_free(&dst->buffers[OPEN]);
        if (dst->id && (dst->looked_at || is_armed))
            model_ool_settle_at(model, dst);
    }
}

// A copy of this call failed, and the buffer is free again. It may now go to later senders that
// cannot wait and have no answer yet.
static void look_again(struct model *model, struct model_task *dst)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_request *request = &model->tasks[i].request;
        if (model->tasks[i].id && request->wait == MODEL_NOW && request->dst == dst &&
            request->m.type == OOL_SEND_MSG && request->expect == ANSWER(ERR_WOULD_BLOCK))
            request->wait = MODEL_BLOCKED;
    }
    dst->refused = false;
}

static void answered_send(struct model *model, struct model_task *task, const struct message *m)
{
    struct model_request *request = &task->request;
    struct model_buffer *buffer = request->buffer;
    MODEL_CHECK(model, request->wait == MODEL_COPY, "blocked sender %d is answered %d", task->id,
                m->type);
    request->dst->looked_at = true;
    if (m->type < 0) {
        MODEL_CHECK(model,
                    (m->type == ERR_INVALID_ARG && request->read_short) ||
                        (m->type == ERR_ABORTED && request->write_short),
                    "sender %d is answered %d during its copy", task->id, m->type);
        buffer->use = MODEL_ARMED;
        look_again(model, request->dst);
        return;
    }
    size_t total = 0;
    for (unsigned k = request->part; k < buffer->count; k++)
        total += buffer->len[k];
    MODEL_CHECK(model, m->type == OOL_SEND_REPLY_MSG, "answer of type 0x%x", m->type);
    MODEL_CHECK(model,
                total == request->done && !request->piece && !request->read_short &&
                    !request->write_short,
                "sender %d is told that its payload was placed", task->id);
    buffer->use = MODEL_RESERVED;
    buffer->id = m->ool_send_reply.id;
    MODEL_CHECK(model, request->dst->region != OOL_REGION_STANDING || buffer->receipt == buffer->id,
                "sender %d gets an id without a receipt for it", task->id);
    buffer->since = model->now_ns;
    buffer->rounds = request->dst->rounds;
    request->dst->late_ticks = 0;
    model_ool_record_id(model, buffer->id, task->id, request->dst->id);
}

// --- ool.verify ---------------------------------------------------------------------------------

static struct model_buffer *find_id(struct model_task *task, task_t src, uint64_t id)
{
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        struct model_buffer *buffer = &task->buffers[k];
        if (buffer->use == MODEL_RESERVED && buffer->src == src && buffer->id == id)
            return buffer;
    }
    return NULL;
}

static answers_t unknown_id(struct model *model, struct model_task *task, const struct message *m)
{
    for (unsigned i = 0; i < model->num_ids; i++) {
        const struct model_id *id = &model->ids[i];
        if (id->id != m->ool_verify.id || id->src != m->ool_verify.src || id->dst != task->id)
            continue;
        if (id->state != ID_REVOKED)
            continue;
        // "The sender must place the payload again", if the sender is alive and the revocation is
        // recent.
        const struct model_task *src = model_task(model, id->src);
        bool recent =
            src && model->num_revoked[src - model->tasks] - id->revoked_at <= MODEL_REVOKED;
        return ANSWER(ERR_TRY_AGAIN) | (recent ? 0 : ANSWER(ERR_NOT_FOUND));
    }
    return ANSWER(ERR_NOT_FOUND);
}

void model_ool_verify(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    const struct message *m = &request->m;
    model_ool_look(model, task);
    struct model_buffer *buffer = find_id(task, m->ool_verify.src, m->ool_verify.id);
    if (!buffer) {
        request->expect = unknown_id(model, task, m);
        return;
    }
    bool closed = buffer == &task->buffers[CLOSED];
    bool right = m->ool_verify.len == buffer->len[0];
    // This also holds if the sender has ended (the last answer of a server), or if the wait of the
    // closed buffer is over, as long as no other payload has taken the buffer.
    request->expect = right ? ANSWER(OK) : ANSWER(ERR_INVALID_ARG);
    task->looked_at = true;
    task->refused = false;
    buffer->orphan = false;
    model_ool_end_id(model, buffer->id, buffer->src, task->id, ID_GONE);
    request->verified = *buffer; // vm may give it to another sender before the answer
    buffer->use = right ? MODEL_HELD : MODEL_ARMED;
    if (closed)
        buffer->tag = task->word;
}

static void answered_verify(struct model *model, struct model_task *task, const struct message *m)
{
    const struct model_buffer *buffer = &task->request.verified;
    MODEL_CHECK(model, m->type == OOL_VERIFY_REPLY_MSG && (task->request.expect & ANSWER(OK)),
                "verify is answered with type 0x%x", m->type);
    const size_t len[] = {m->ool_verify_reply.len, m->ool_verify_reply.len2,
                          m->ool_verify_reply.len3, m->ool_verify_reply.len4};
    MODEL_CHECK(model,
                m->ool_verify_reply.received_at == buffer->addr &&
                    m->ool_verify_reply.count == buffer->count &&
                    !memcmp(len, buffer->len, sizeof(len)),
                "verify says 0x%llx, %u payloads, %zu bytes",
                (unsigned long long)m->ool_verify_reply.received_at, m->ool_verify_reply.count,
                m->ool_verify_reply.len);
}

void model_ool_answer(struct model *model, struct model_task *task, const struct message *m)
{
    switch (task->request.m.type) {
    case OOL_RECV_MSG:
        MODEL_CHECK(model, m->type == OOL_RECV_REPLY_MSG && (task->request.expect & ANSWER(OK)),
                    "a registration is answered with type 0x%x", m->type);
        break;
    case OOL_SEND_MSG:
        MODEL_CHECK(model, task->request.wait != MODEL_NOW, "a send is answered with type 0x%x",
                    m->type);
        answered_send(model, task, m);
        break;
    default:
        answered_verify(model, task, m);
        break;
    }
}
