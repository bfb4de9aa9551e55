// The reference model: vm's reads and writes for payloads, and the effect on them of time and of
// the end of a task.
#include "model.h"
#include <string.h>

// --- Copies -------------------------------------------------------------------------------------

void model_ool_read(struct model *model, struct model_task *task, vaddr_t addr, const void *data,
                    size_t want, size_t got)
{
    struct model_request *request = &task->request;
    if (model_ool_may_unblock(request))
        model_ool_unblock(model, task);
    struct model_buffer *buffer = request->buffer;
    MODEL_CHECK(model, request->wait == MODEL_COPY, "reads of sender %d, which has no buffer",
                task->id);
    MODEL_CHECK(model, !request->piece && !request->read_short && !request->write_short,
                "goes on reading of %d", task->id);
    while (request->part < buffer->count && request->done == buffer->len[request->part]) {
        request->part++;
        request->done = 0;
    }
    MODEL_CHECK(model, request->part < buffer->count, "reads too much of %d", task->id);
    size_t left = buffer->len[request->part] - request->done;
    MODEL_CHECK(model,
                addr == model_payload_addr(&request->m, request->part) + request->done &&
                    want <= left && want > 0,
                "reads %zu bytes at 0x%llx of %d, not part of its payload", want,
                (unsigned long long)addr, task->id);
    request->piece = want;
    request->read_short = got < want;
    size_t offset = model_payload_offset(buffer->len, request->part) + request->done;
    if (got == want)
        memcpy(buffer->bytes + offset, data, got);
}

void model_ool_receipt(struct model *model, struct model_buffer *buffer, const void *data)
{
    struct {
        uint64_t id;
        int32_t src;
        uint32_t count;
        uint64_t lens[4], rest[2];
    } receipt;
    _Static_assert(sizeof(receipt) == MODEL_RECEIPT, "the form of a receipt");
    memcpy(&receipt, data, sizeof(receipt));
    MODEL_CHECK(model,
                receipt.id && receipt.src == buffer->src && receipt.count == buffer->count &&
                    !memcmp(receipt.lens, buffer->len, sizeof(receipt.lens)) && !receipt.rest[0] &&
                    !receipt.rest[1],
                "a receipt for %d says %u payloads of %d", buffer->src, receipt.count, receipt.src);
    MODEL_CHECK(model, !buffer->withdraw_at, "writes over a receipt that is valid");
    buffer->receipt = receipt.id;
}

// Whether this write withdraws a receipt. When vm revokes a reservation, it must withdraw the
// receipt before any other write to the buffer.
static bool withdraws(struct model *model, struct model_task *dst, vaddr_t addr, const void *data,
                      size_t want, size_t got)
{
    static const uint64_t none;
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        struct model_buffer *buffer = &dst->buffers[k];
        bool is_due = buffer->withdraw_at && buffer->withdraw_at == addr;
        bool is_valid = dst->region == OOL_REGION_STANDING && buffer->receipt &&
                        buffer->use == MODEL_RESERVED && buffer->addr - MODEL_RECEIPT == addr;
        if ((!is_due && !is_valid) || want != sizeof(none))
            continue;
        MODEL_CHECK(model, !memcmp(data, &none, sizeof(none)), "makes a receipt of %d wrong",
                    dst->id);
        if (got < want) {
            // Neither the current copy nor a copy that begins with this write may write there.
            buffer->unreachable = true;
            for (unsigned i = 0; i < MODEL_TASKS; i++) {
                struct model_request *request = &model->tasks[i].request;
                if (request->wait != MODEL_COPY || request->buffer != buffer)
                    continue;
                request->write_short = true;
                buffer->unreachable = false;
            }
        } else if (is_due) {
            buffer->withdraw_at = 0;
        } else {
            buffer->receipt = 0; // the reason shows later
        }
        return true;
    }
    return false;
}

void model_on_put(struct model *model, task_t id, unsigned k)
{
    struct model_task *dst = model_task(model, id);
    MODEL_CHECK(model, dst && k < NUM_BUFFERS, "puts bytes into buffer %u of %d", k, id);
    const struct model_buffer *buffer = &dst->buffers[k];
    bool is_valid = buffer->use == MODEL_RESERVED && buffer->receipt;
    MODEL_CHECK(model, !buffer->withdraw_at && (!is_valid || model_ool_copied_out(dst, buffer)),
                "puts bytes where %d has a receipt that is valid", id);
}

// A sender whose payloads are all empty is never read from.
static void begin_empty(struct model *model, struct model_task *dst, const void *data, size_t want)
{
    int32_t id;
    if (dst->region != OOL_REGION_STANDING || want != MODEL_RECEIPT)
        return;
    memcpy(&id, (const uint8_t *)data + sizeof(uint64_t), sizeof(id));
    struct model_task *src = model_task(model, id);
    if (src && src->request.dst == dst && model_ool_may_unblock(&src->request))
        model_ool_unblock(model, src);
}

static struct model_task *writer(struct model *model, struct model_task *dst, vaddr_t addr,
                                 size_t *offset)
{
    bool standing = dst->region == OOL_REGION_STANDING;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        struct model_request *request = &task->request;
        if (!task->id || request->wait != MODEL_COPY || request->dst != dst)
            continue;
        *offset = model_payload_offset(request->buffer->len, request->part) + request->done;
        if (standing && !request->begun && addr == request->buffer->addr - MODEL_RECEIPT)
            return task;
        if ((!standing || request->begun) && request->piece &&
            addr == request->buffer->addr + *offset)
            return task;
    }
    return NULL;
}

// vm's own payload.
static void write_own(struct model *model, struct model_task *dst, vaddr_t addr,
                      const uint8_t *data, size_t want, size_t got)
{
    static const char text[] = "reply!";
    struct model_buffer *own = model_ool_from_vm(model, dst);
    size_t head = dst->region == OOL_REGION_STANDING ? MODEL_RECEIPT : 0;
    MODEL_CHECK(model,
                own && addr == own->addr - head && want == head + sizeof(text) &&
                    !memcmp(data + head, text, sizeof(text)),
                "writes %zu bytes at 0x%llx of %d", want, (unsigned long long)addr, dst->id);
    own->src = VM_TASK;
    own->count = 1;
    memset(own->len, 0, sizeof(own->len));
    own->len[0] = sizeof(text);
    if (head)
        model_ool_receipt(model, own, data);
    dst->request.buffer = own;
    dst->request.write_short = got < want;
    memcpy(own->bytes, text, sizeof(text));
}

void model_on_write(struct model *model, task_t id, vaddr_t addr, const void *data, size_t want,
                    size_t got)
{
    struct model_task *dst = model_task(model, id);
    MODEL_CHECK(model, dst, "writes to %d, which is not alive", id);
    if (withdraws(model, dst, addr, data, want, got))
        return;
    if (dst->request.m.type == BENCHMARK_NOP_WITH_OOL_MSG && dst->request.wait == MODEL_NOW) {
        write_own(model, dst, addr, data, want, got);
        return;
    }
    begin_empty(model, dst, data, want);
    size_t offset;
    struct model_task *src = writer(model, dst, addr, &offset);
    MODEL_CHECK(model, src, "writes %zu bytes at 0x%llx of %d, which is not armed", want,
                (unsigned long long)addr, id);
    struct model_request *request = &src->request;
    const uint8_t *bytes = data;
    request->write_short = got < want;
    if (!request->begun && dst->region == OOL_REGION_STANDING) {
        MODEL_CHECK(model, want >= MODEL_RECEIPT, "writes %zu bytes of a receipt", want);
        model_ool_receipt(model, request->buffer, data);
        bytes += MODEL_RECEIPT;
        want -= MODEL_RECEIPT;
        MODEL_CHECK(model, want == 0 || offset == 0, "writes bytes of %d at the wrong place",
                    src->id);
    }
    request->begun = true;
    MODEL_CHECK(model, want <= request->piece && !request->read_short,
                "writes %zu bytes to %d, more than it read of %d", want, id, src->id);
    MODEL_CHECK(model, !memcmp(bytes, request->buffer->bytes + offset, want),
                "writes other bytes to %d than it read of %d", id, src->id);
    request->done += want;
    request->piece -= want;
}

// --- Time ---------------------------------------------------------------------------------------

static bool others_wait(struct model *model, const struct model_task *dst)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        const struct model_task *task = &model->tasks[i];
        if (task->id && task->request.wait == MODEL_BLOCKED && task->request.dst == dst)
            return true;
    }
    return false;
}

static struct model_buffer *reserved_open_buffer(struct model_task *dst)
{
    struct model_buffer *buffer = &dst->buffers[OPEN];
    bool is_held_up = buffer->use == MODEL_RESERVED && !buffer->orphan;
    return is_held_up && !model_ool_copied_out(dst, buffer) ? buffer : NULL;
}

// vm may revoke a reservation only when others wait. Also, for the whole deadline, the receiver's
// page must have said "open receive" (a busy receiver revokes nobody), or the receiver must have
// begun enough open receives to find the message. The model does not say when
// exactly vm looks.
bool model_may_revoke(struct model *model, struct model_task *dst)
{
    const struct model_buffer *buffer = reserved_open_buffer(dst);
    if (!buffer || (!dst->refused && !others_wait(model, dst)))
        return false;
    if (dst->rounds - buffer->rounds >= MODEL_ROUNDS &&
        model->now_ns - buffer->since >= model->revoke_ns)
        return true;
    return wait_word_kind(dst->word) == WAIT_OPEN &&
           (dst->lies || model->now_ns - dst->word_since >= model->revoke_ns);
}

static void revoke_idle(struct model *model, struct model_task *dst)
{
    struct model_buffer *buffer = reserved_open_buffer(dst);
    model_ool_revoke(model, dst, buffer);
    buffer->use = MODEL_ARMED;
    dst->refused = false;
    model_ool_settle_at(model, dst);
}

void model_revoked(struct model *model, struct model_task *dst)
{
    MODEL_CHECK(model, model->ticks && model_may_revoke(model, dst),
                "the reservation at %d is taken away", dst->id);
    revoke_idle(model, dst);
}

// A request may leave the queue if it is blocked. So may a request before it that had its turn,
// failed meanwhile, and could not wait.
bool model_ool_may_unblock(const struct model_request *request)
{
    return request->wait == MODEL_BLOCKED ||
           (request->wait == MODEL_NOW && request->m.type == OOL_SEND_MSG && request->cancelled &&
            (request->expect & ANSWER(ERR_WOULD_BLOCK)));
}

// Call it when vm does something for a sender that is still blocked in the model. vm has looked at
// the receiver's page again, and the model now does the same.
void model_ool_unblock(struct model *model, struct model_task *task)
{
    struct model_task *dst = task->request.dst;
    task->request.wait = MODEL_BLOCKED;
    model_ool_settle_at(model, dst);
}

void model_ool_tick(struct model *model)
{
    model->ticks = true;
}

// Checks that vm does not leave senders waiting for an idle receiver. The first tick with such a
// wait counts, and then each tick that is a whole deadline after the last one that counted. By the
// fourth of these, vm must have helped.
static void check_late(struct model *model, struct model_task *dst)
{
    if (!reserved_open_buffer(dst) || !others_wait(model, dst) ||
        wait_word_kind(dst->word) != WAIT_OPEN) {
        dst->late_ticks = 0;
        return;
    }
    if (dst->late_ticks == 0) {
        dst->late_ticks = 1;
        dst->late_since = model->now_ns;
    } else if (model->now_ns - dst->late_since >= model->revoke_ns) {
        dst->late_ticks++;
        dst->late_since = model->now_ns;
    }
    MODEL_CHECK(model, dst->late_ticks < 4, "the idle receiver %d holds others up", dst->id);
}

static void check_receipts(struct model *model, struct model_task *dst)
{
    for (unsigned k = 0; k < NUM_BUFFERS; k++) {
        struct model_buffer *buffer = &dst->buffers[k];
        buffer->unreachable = false; // for the sender of this call
        MODEL_CHECK(model,
                    dst->region != OOL_REGION_STANDING || buffer->use != MODEL_RESERVED ||
                        buffer->receipt == buffer->id,
                    "the receipt for %llx at %d is not valid", (unsigned long long)buffer->id,
                    dst->id);
    }
}

void model_ool_end(struct model *model, bool copy_pending)
{
    bool copying = false;
    uint32_t blocked[MODEL_TASKS] = {0};
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        const struct model_request *request = &model->tasks[i].request;
        if (model->tasks[i].id && request->wait == MODEL_BLOCKED)
            blocked[request->dst - model->tasks]++;
    }
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *dst = &model->tasks[i];
        if (!dst->id)
            continue;
        MODEL_CHECK(model, dst->published == blocked[i],
                    "vm says that %u are blocked for %d, not %u", dst->published, dst->id,
                    blocked[i]);
        copying |= dst->request.wait == MODEL_COPY;
        check_receipts(model, dst);
        if (model->ticks)
            check_late(model, dst);
    }
    MODEL_CHECK(model, copying == copy_pending, "vm has %s copies under way",
                copy_pending ? "some" : "no");
    model->ticks = false;
}

void model_on_publish(struct model *model, task_t dst, uint32_t count)
{
    struct model_task *task = model_task(model, dst);
    if (task)
        task->published = count;
    else
        MODEL_CHECK(model, count == 0, "%u are blocked for the dead task %d", count, dst);
}

// --- Death --------------------------------------------------------------------------------------

void model_ool_forget(struct model *model, struct model_task *task, task_t id)
{
    struct model_request *own = &task->request;
    if (own->wait == MODEL_COPY)
        own->buffer->use = MODEL_ARMED;
    if (own->wait == MODEL_COPY || own->wait == MODEL_BLOCKED)
        own->dst->looked_at = true;
    own->wait = MODEL_IDLE;
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *other = &model->tasks[i];
        struct model_request *request = &other->request;
        for (unsigned k = 0; k < NUM_BUFFERS; k++) {
            struct model_buffer *buffer = &other->buffers[k];
            if (other->id && buffer->use == MODEL_RESERVED && buffer->src == id)
                buffer->orphan = other->looked_at = true;
        }
        if (other->id && request->dst == task &&
            (request->wait == MODEL_BLOCKED || request->wait == MODEL_COPY)) {
            request->wait = MODEL_NOW;
            request->expect = ANSWER(ERR_ABORTED);
        }
    }
    for (unsigned k = 0; k < NUM_BUFFERS; k++)
        model_ool_revoke(model, task, &task->buffers[k]);
}
