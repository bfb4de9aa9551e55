// The reference model: memory that vm makes for tasks, and the tasks that know of it.
#include "model.h"
#include <string.h>

#define MAX_BYTES (1ull << 30) // of one segment, and of one task in all

static struct model_segment *find(struct model *model, int id, struct model_task **creator)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        for (unsigned k = 0; k < MODEL_SEGMENTS; k++) {
            struct model_segment *segment = &model->tasks[i].segments[k];
            if (id != 0 && model->tasks[i].id && segment->id == id) {
                *creator = &model->tasks[i];
                return segment;
            }
        }
    }
    return NULL;
}

static struct model_segment *free_segment(struct model_task *task)
{
    for (unsigned k = 0; k < MODEL_SEGMENTS; k++) {
        if (!task->segments[k].id)
            return &task->segments[k];
    }
    return NULL;
}

// "Over 1 GiB in all for one task": the documents do not say whether pages and segments count
// together.
static answers_t check_total(const struct model_task *task, uint64_t bytes, uint64_t alike)
{
    if (bytes > MAX_BYTES || alike + bytes > MAX_BYTES)
        return ANSWER(ERR_NO_MEMORY);
    if (task->bytes_allocated + task->bytes_created + bytes > MAX_BYTES)
        return ANSWER(ERR_NO_MEMORY) | ANSWER(OK);
    return ANSWER(OK);
}

static answers_t expect_pages(const struct model_task *task)
{
    const struct message *m = &task->request.m;
    answers_t expect = 0;
    size_t pages = m->vm_alloc_pages.num_pages;
    if (m->vm_alloc_pages.paddr)
        expect |= ANSWER(ERR_NOT_ACCEPTABLE);
    if (pages == 0)
        expect |= ANSWER(ERR_INVALID_ARG);
    if (pages > MAX_BYTES / PAGE_SIZE)
        expect |= ANSWER(ERR_NO_MEMORY);
    return expect ? expect : check_total(task, pages * PAGE_SIZE, task->bytes_allocated);
}

static answers_t expect_create(struct model_task *task)
{
    size_t size = task->request.m.shm_create.size;
    if (size == 0)
        return ANSWER(ERR_INVALID_ARG);
    if (size > MAX_BYTES)
        return ANSWER(ERR_TOO_LARGE) | ANSWER(ERR_NO_MEMORY);
    if (!free_segment(task))
        return ANSWER(ERR_NO_MEMORY);
    return check_total(task, ALIGN_UP(size, (size_t)PAGE_SIZE), task->bytes_created);
}

void model_shm_request(struct model *model, struct model_task *task)
{
    struct model_request *request = &task->request;
    struct model_task *creator = NULL;
    struct model_segment *segment;
    switch (request->m.type) {
    case VM_ALLOC_PAGES_MSG:
        request->expect = expect_pages(task);
        break;
    case SHM_CREATE_MSG:
        request->expect = expect_create(task);
        break;
    case SHM_MAP_MSG:
        segment = find(model, request->m.shm_map.shm_id, &creator);
        request->expect = segment ? ANSWER(OK) : ANSWER(ERR_NOT_FOUND);
        break;
    default:
        segment = find(model, request->m.shm_close.shm_id, &creator);
        request->expect = !segment          ? ANSWER(ERR_NOT_FOUND)
                          : creator == task ? ANSWER(OK)
                                            : ANSWER(ERR_NOT_PERMITTED);
        break;
    }
}

static void answered_pages(struct model *model, struct model_task *task, const struct message *m,
                           int fd)
{
    size_t len = task->request.m.vm_alloc_pages.num_pages * PAGE_SIZE;
    MODEL_CHECK(model,
                m->type == VM_ALLOC_PAGES_REPLY_MSG && model->memfd.made &&
                    model->memfd.size == len && fd == model->memfd.fds[0] &&
                    m->vm_alloc_pages_reply.vaddr == (len | 1) &&
                    m->vm_alloc_pages_reply.paddr == 0,
                "alloc_pages of %zu bytes is answered 0x%x", len, m->type);
    task->bytes_allocated += len;
}

static void answered_create(struct model *model, struct model_task *task, const struct message *m)
{
    size_t len = ALIGN_UP(task->request.m.shm_create.size, (size_t)PAGE_SIZE);
    int id = m->shm_create_reply.shm_id;
    struct model_task *creator;
    MODEL_CHECK(model,
                m->type == SHM_CREATE_REPLY_MSG && model->memfd.made && model->memfd.size == len &&
                    id > 0,
                "create of %zu bytes is answered 0x%x", len, m->type);
    MODEL_CHECK(model, !find(model, id, &creator), "two segments have the id %d", id);
    struct model_segment *segment = free_segment(task);
    segment->id = id;
    task->num_segments++;
    segment->size = len;
    memcpy(segment->fds, model->memfd.fds, sizeof(segment->fds));
    task->bytes_created += len;
    model->memfd.made = false; // the descriptors now belong to the segment
    model->segments_made++;
}

static void answered_map(struct model *model, struct model_task *task, const struct message *m,
                         int fd)
{
    struct model_task *creator;
    const struct model_segment *segment = find(model, task->request.m.shm_map.shm_id, &creator);
    uint8_t writable; // the sender should put a bool here, but may put any byte
    memcpy(&writable, task->request.m.raw + offsetof(struct shm_map_fields, writable), 1);
    MODEL_CHECK(model,
                m->type == SHM_MAP_REPLY_MSG && segment &&
                    m->shm_map_reply.vaddr == (segment->size | (writable ? 1 : 0)) &&
                    m->shm_map_reply.len == segment->size && fd == segment->fds[writable ? 0 : 1],
                "map of segment %d is answered 0x%x", task->request.m.shm_map.shm_id, m->type);
}

static void forget_segment(struct model_task *task, struct model_segment *segment)
{
    segment->id = 0;
    task->num_segments--;
    task->bytes_created -= segment->size;
}

void model_shm_answer(struct model *model, struct model_task *task, const struct message *m, int fd)
{
    struct model_request *request = &task->request;
    struct model_task *creator;
    MODEL_CHECK(model, request->expect & ANSWER(OK), "%d is answered 0x%x, expected set 0x%llx",
                task->id, m->type, (unsigned long long)request->expect);
    request->has_fd = request->m.type == VM_ALLOC_PAGES_MSG || request->m.type == SHM_MAP_MSG;
    switch (request->m.type) {
    case VM_ALLOC_PAGES_MSG:
        answered_pages(model, task, m, fd);
        break;
    case SHM_CREATE_MSG:
        answered_create(model, task, m);
        break;
    case SHM_MAP_MSG:
        answered_map(model, task, m, fd);
        break;
    default:
        MODEL_CHECK(model, m->type == SHM_CLOSE_REPLY_MSG, "close is answered 0x%x", m->type);
        forget_segment(task, find(model, request->m.shm_close.shm_id, &creator));
        break;
    }
}

void model_shm_forget(struct model *model, struct model_task *task)
{
    (void)model;
    memset(task->segments, 0, sizeof(task->segments));
    task->num_segments = 0;
}

// --- Descriptors --------------------------------------------------------------------------------

void model_on_memfd(struct model *model, task_t owner, bool is_pages, size_t size, const int fds[2],
                    error_t error)
{
    struct model_task *task = model_task(model, model->actor);
    MODEL_CHECK(model,
                task && (task->request.m.type == VM_ALLOC_PAGES_MSG ||
                         task->request.m.type == SHM_CREATE_MSG),
                "makes memory that nobody asked for");
    MODEL_CHECK(model,
                owner == model->actor && is_pages == (task->request.m.type == VM_ALLOC_PAGES_MSG),
                "charges memory of task %d to task %d", model->actor, owner);
    if (error) {
        task->request.expect = ANSWER(ERR_NO_MEMORY) | ANSWER(error);
        return;
    }
    MODEL_CHECK(model, !model->memfd.made, "makes memory twice");
    model->memfd.made = true;
    model->memfd.size = size;
    memcpy(model->memfd.fds, fds, sizeof(model->memfd.fds));
    model->open_fds += 2;
}

void model_on_close(struct model *model, int fd)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        for (unsigned k = 0; k < MODEL_SEGMENTS; k++) {
            const struct model_segment *segment = &model->tasks[i].segments[k];
            const struct model_request *request = &model->tasks[i].request;
            bool closing = request->wait == MODEL_NOW && request->m.type == SHM_CLOSE_MSG &&
                           request->m.shm_close.shm_id == segment->id &&
                           (request->expect & ANSWER(OK));
            MODEL_CHECK(model,
                        !segment->id || closing || (segment->fds[0] != fd && segment->fds[1] != fd),
                        "closes descriptor %d of segment %d", fd, segment->id);
        }
    }
    MODEL_CHECK(model, model->open_fds > 0, "closes descriptor %d", fd);
    model->open_fds--;
}

// vm reports the end of each segment once, after it has closed both descriptors.
void model_on_segment_closed(struct model *model)
{
    model->segments_told++;
}

// After each call, only the descriptors of segments are open.
void model_shm_end(struct model *model)
{
    unsigned count = 0;
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        count += model->tasks[i].id ? 2 * model->tasks[i].num_segments : 0;
    MODEL_CHECK(model, model->open_fds == count, "%u descriptors are open, not %u", model->open_fds,
                count);
    MODEL_CHECK(model, model->segments_made - model->segments_told == count / 2,
                "%u ends of segments were told, not %u", model->segments_told,
                model->segments_made - count / 2);
    model->memfd.made = false;
}
