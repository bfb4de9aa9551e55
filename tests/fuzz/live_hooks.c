// The reads, writes and requests of vm are not visible from outside. The director tells the model
// of those that the interface prescribes: the texts of a request, the payloads of a sender, new
// memory. vm's answers and the receivers' memory show whether vm has made them.
#include <stdio.h>
#include <string.h>
#include <resea/task.h>
#include "live_world.h"
#include "state.h"

static struct model *model(void)
{
    return &live.world->model;
}

static uint8_t *expected_at(unsigned slot, vaddr_t addr)
{
    return world_mem(live.world, slot, addr - WORLD_BASE(slot + 2));
}

static const uint8_t *real_at(unsigned slot, vaddr_t addr)
{
    return live.memory + (size_t)slot * WORLD_MEM + (addr - WORLD_BASE(slot + 2));
}

// --- Requests -----------------------------------------------------------------------------------

// Translates the fields that contain task ids.
void live_map_request(struct message *m)
{
    switch (m->type) {
    case OOL_SEND_MSG:
        m->ool_send.dst = live_real(m->ool_send.dst);
        break;
    case OOL_RECV_MSG:
        m->ool_recv.src = live_real(m->ool_recv.src);
        if (m->ool_recv.region == OOL_REGION_SHARED)
            m->ool_recv.region = OOL_REGION_STANDING; // the tests check this memory
        break;
    case OOL_VERIFY_MSG:
        m->ool_verify.src = live_real(m->ool_verify.src);
        break;
    case TASK_FREE_MSG:
    case TASK_WATCH_MSG:
    case TASK_UNWATCH_MSG:
        m->task_watch.task = live_real(m->task_watch.task); // the first field of all three
        break;
    case DISCOVERY_LOOKUP_MSG:
        m->discovery_lookup.except = live_real(m->discovery_lookup.except);
        break;
    default:
        break;
    }
}

static void read_text(struct model_task *task, size_t max, size_t most)
{
    const struct message *m = &task->request.m;
    vaddr_t addr = (vaddr_t)m->ool_ptr;
    size_t len = MIN(m->ool_len, most);
    unsigned slot = (unsigned)(task - model()->tasks);
    if (len == 0 || m->ool_len > max || !addr || addr + len < addr)
        return;
    size_t got = world_reachable(live.world, slot, addr, len, WORLD_READ);
    model_on_read(model(), task->id, addr, got ? expected_at(slot, addr) : (const void *)"", len,
                  got);
}

void live_hook_request(struct model_task *task)
{
    struct model_request *request = &task->request;
    switch (request->m.type) {
    case DISCOVERY_SERVE_MSG:
    case DISCOVERY_LOOKUP_MSG:
        read_text(task, VM_NAME_LEN, SIZE_MAX);
        break;
    case BENCHMARK_NOP_WITH_OOL_MSG:
        read_text(task, SIZE_MAX, MODEL_BENCH_BYTES);
        break;
    case TASK_LAUNCH_MSG:
        if (request->expect)
            break;
        read_text(task, VM_MAX_TEXT + 1, SIZE_MAX);
        if (!model_launch_expect(task))
            model_on_launch(model(), ++live.token, request->text, strlen(request->text), OK);
        break;
    default:
        break;
    }
}

// --- Payloads -----------------------------------------------------------------------------------

static size_t payload_len(const struct message *m, unsigned k)
{
    const size_t len[] = {m->ool_send.len, m->ool_send.len2, m->ool_send.len3, m->ool_send.len4};
    return len[k];
}

// Writes to the expected memory of a receiver. False: the write fell short.
static bool write_to(struct model_task *dst, vaddr_t to, const void *bytes, size_t len)
{
    unsigned slot = (unsigned)(dst - model()->tasks);
    size_t put = world_reachable(live.world, slot, to, len, WORLD_WRITE);
    model_on_write(model(), dst->id, to, bytes, len, put);
    if (put < len)
        return false;
    memcpy(expected_at(slot, to), bytes, len);
    world_touched(live.world, slot, to - WORLD_BASE(slot + 2), len);
    return true;
}

// The first write to a buffer: the receipt and `len` bytes of payload after it.
static bool write_first(struct model_task *dst, struct model_buffer *buffer, uint64_t id,
                        const void *payload, size_t len)
{
    static struct {
        struct ool_receipt receipt;
        uint8_t payload[VM_BOUNCE_LEN];
    } bytes;
    static const uint64_t none;
    vaddr_t at = buffer->addr - MODEL_RECEIPT;
    if (dst->region != OOL_REGION_STANDING)
        return write_to(dst, buffer->addr, payload, len);
    if (buffer->withdraw_at && !write_to(dst, at, &none, sizeof(none)))
        return false;
    bytes.receipt = (struct ool_receipt){
        .id = id,
        .src = buffer->src,
        .count = buffer->count,
        .lens = {buffer->len[0], buffer->len[1], buffer->len[2], buffer->len[3]},
    };
    memcpy(bytes.payload, payload, len);
    if (!write_to(dst, at, &bytes, MODEL_RECEIPT + len))
        return false;
    bytes.receipt.src = live_real(buffer->src);
    memcpy(expected_at((unsigned)(dst - model()->tasks), at), &bytes.receipt, MODEL_RECEIPT);
    return true;
}

// Copies one piece from the sender to the receiver. False: the copy fell short.
static bool copy_piece(struct model_task *task, vaddr_t from, size_t offset, size_t len,
                       uint64_t id, error_t answer)
{
    struct world *world = live.world;
    struct model_request *request = &task->request;
    struct model_task *dst = request->dst;
    unsigned src_slot = (unsigned)(task - model()->tasks);
    bool begins = !request->begun && dst->region == OOL_REGION_STANDING;
    size_t got = world_reachable(world, src_slot, from, len, WORLD_READ);
    static uint8_t bytes[VM_BOUNCE_LEN];
    if (got)
        memcpy(bytes, expected_at(src_slot, from), got);
    // If both sides have a hole, vm may find either one first.
    if (got < len && answer == ERR_ABORTED)
        got = len;
    model_on_read(model(), task->id, from, bytes, len, got);
    if (got < len)
        return false;
    if (begins && offset == 0)
        return write_first(dst, request->buffer, id, bytes, len);
    return (!begins || write_first(dst, request->buffer, id, "", 0)) &&
           write_to(dst, request->buffer->addr + offset, bytes, len);
}

static void copy_payloads(struct model_task *task, const struct message *answer)
{
    const struct message *m = &task->request.m;
    struct model_buffer *buffer = task->request.buffer;
    // No answer contains the id of a failed copy.
    uint64_t id = answer->type < 0 ? UINT64_MAX : answer->ool_send_reply.id;
    for (unsigned k = 0; k < buffer->count; k++) {
        vaddr_t from = model_payload_addr(m, k);
        size_t offset = model_payload_offset(buffer->len, k);
        size_t len = payload_len(m, k);
        for (size_t done = 0; done < len; done += MIN(len - done, (size_t)VM_BOUNCE_LEN)) {
            size_t piece = MIN(len - done, (size_t)VM_BOUNCE_LEN);
            if (!copy_piece(task, from + done, offset + done, piece, id, answer->type))
                return;
        }
    }
    if (!task->request.begun && task->request.dst->region == OOL_REGION_STANDING)
        write_first(task->request.dst, buffer, id, "", 0);
}

// Called after a failed copy. The content of the buffer is undefined, so it is taken from the
// real memory of the receiver.
static void forget_buffer(unsigned slot, const struct model_buffer *buffer)
{
    size_t head = model()->tasks[slot].region == OOL_REGION_STANDING ? MODEL_RECEIPT : 0;
    vaddr_t from = buffer->addr - head;
    size_t len = head + model_payload_offset(buffer->len, buffer->count - 1) +
                 buffer->len[buffer->count - 1];
    size_t offset = from - WORLD_BASE(slot + 2);
    if (from < WORLD_BASE(slot + 2) || offset >= WORLD_MEM)
        return;
    len = MIN(len, WORLD_MEM - offset);
    memcpy(expected_at(slot, from), real_at(slot, from), len);
    world_touched(live.world, slot, offset, len);
}

static void compare_payloads(unsigned slot, const struct model_buffer *buffer)
{
    for (unsigned k = 0; k < buffer->count; k++) {
        size_t offset = model_payload_offset(buffer->len, k);
        vaddr_t addr = buffer->addr + offset;
        size_t len = buffer->len[k];
        if (world_reachable(live.world, slot, addr, len, WORLD_READ) < len)
            continue; // the owner cannot read it either
        live_order(slot, LIVE_HASH, addr, len);
        MODEL_CHECK(model(),
                    live.board->players[slot].result == live_hash(buffer->bytes + offset, len),
                    "payload %u of %zu bytes from %d is not what was sent", k, len, buffer->src);
        live.num_payloads++;
        live.payload_bytes += len;
    }
}

// --- Answers ------------------------------------------------------------------------------------

static struct model_segment *find_segment(int id)
{
    for (unsigned i = 0; i < MODEL_TASKS * MODEL_SEGMENTS; i++) {
        struct model_task *task = &model()->tasks[i / MODEL_SEGMENTS];
        if (id && task->id && task->segments[i % MODEL_SEGMENTS].id == id)
            return &task->segments[i % MODEL_SEGMENTS];
    }
    return NULL;
}

static void make_memory(bool is_pages, size_t size, int *fd, bool given)
{
    int fds[2] = {live.world->next_fd, live.world->next_fd + 1};
    live.world->next_fd += 2;
    model_on_memfd(model(), model()->actor, is_pages, size, fds, OK);
    if (given)
        *fd = fds[0];
}

static void place_own(struct model_task *task, const struct message *answer)
{
    static const char reply[] = "reply!";
    struct model_buffer *own = model_ool_from_vm(model(), task);
    if (!own)
        return;
    own->src = VM_TASK;
    own->count = 1;
    memset(own->len, 0, sizeof(own->len));
    own->len[0] = sizeof(reply);
    uint64_t id = answer->type < 0 ? UINT64_MAX
                                   : (uint64_t)(uintptr_t)answer->benchmark_nop_with_ool_reply.data;
    write_first(task, own, id, reply, sizeof(reply));
}

static void end_launch(struct model_task *task, const struct message *answer)
{
    struct message m = {.type = LAUNCHER_LAUNCHED_MSG};
    m.launcher_launched.token = task->request.token;
    m.launcher_launched.task = answer->type < 0 ? answer->type : answer->task_launch_reply.task;
    if (answer->type >= 0) // there is an installed program of that name
        (void)!task_destroy(answer->task_launch_reply.task);
    model_message(model(), KERNEL_TASK, &m);
}

// The time limit of a lookup may pass at any moment of a step.
static void time_out(struct model_request *request)
{
    uint64_t timeout_ms = request->m.discovery_lookup.timeout_ms;
    uint64_t deadline_ns = request->wait == MODEL_LOOKUP ? request->deadline_ns
                                                         : model()->now_ns + timeout_ms * 1000000;
    if (!timeout_ms || live_now_ns() < deadline_ns)
        return;
    request->wait = MODEL_NOW;
    request->expect = ANSWER(ERR_TIMEOUT);
}

void live_hook_answer(struct model_task *task, struct live_answer *answer, int *fd)
{
    struct model_request *request = &task->request;
    struct message *m = &answer->m;
    const struct model_segment *segment;
    bool ok = m->type >= 0;
    switch (request->m.type) {
    case OOL_SEND_MSG:
        if (request->wait == MODEL_COPY)
            copy_payloads(task, m);
        break;
    case BENCHMARK_NOP_WITH_OOL_MSG:
        if (ok || m->type == ERR_ABORTED)
            place_own(task, m);
        break;
    case TASK_LAUNCH_MSG:
        if (request->wait == MODEL_LAUNCH)
            end_launch(task, m);
        break;
    case TASK_FREE_MSG:
        if (ok)
            model_on_destroy(model(), request->m.task_free.task, OK);
        break;
    case DISCOVERY_LOOKUP_MSG:
        if (m->type == ERR_TIMEOUT)
            time_out(request);
        if (ok)
            m->discovery_lookup_reply.task = live_model(m->discovery_lookup_reply.task);
        break;
    case ASYNC_MSG:
        if (ok)
            m->task_exited.task = live_model(m->task_exited.task);
        break;
    case VM_ALLOC_PAGES_MSG:
        if (ok)
            make_memory(true, request->m.vm_alloc_pages.num_pages * PAGE_SIZE, fd, true);
        break;
    case SHM_CREATE_MSG:
        if (!ok)
            break;
        make_memory(false, ALIGN_UP(request->m.shm_create.size, (size_t)PAGE_SIZE), fd, false);
        live.world->last_segments[live.world->num_segments++ % 8] = m->shm_create_reply.shm_id;
        break;
    case SHM_MAP_MSG:
        segment = find_segment(request->m.shm_map.shm_id);
        if (ok && segment)
            *fd = segment->fds[m->shm_map_reply.vaddr & 1 ? 0 : 1];
        break;
    case SHM_CLOSE_MSG:
        segment = find_segment(request->m.shm_close.shm_id);
        for (unsigned i = 0; ok && segment && i < 2; i++)
            model_on_close(model(), segment->fds[i]);
        if (ok && segment)
            model_on_segment_closed(model());
        break;
    default:
        break;
    }
}

void live_hook_answered(struct model_task *task, const struct message *m)
{
    struct model_request *request = &task->request;
    unsigned slot = (unsigned)(task - model()->tasks);
    switch (request->m.type) {
    case OOL_SEND_MSG:
        if (m->type < 0 && request->buffer)
            forget_buffer((unsigned)(request->dst - model()->tasks), request->buffer);
        else if (m->type >= 0)
            compare_payloads((unsigned)(request->dst - model()->tasks), request->buffer);
        break;
    case OOL_VERIFY_MSG:
        if (m->type >= 0)
            compare_payloads(slot, &request->verified);
        break;
    case VM_ALLOC_PAGES_MSG:
        for (unsigned i = 0; m->type >= 0 && i < 2; i++)
            model_on_close(model(), model()->memfd.fds[i]);
        break;
    default:
        break;
    }
}
