// Memory that tasks get from vm: shared segments and fresh pages. Both are memfds that the launcher
// makes. vm hands out descriptors and keeps count; libipc maps them in the task. (In the reply,
// `vaddr` is the length in bytes, whole pages; bit 0 says writable.)
#include <string.h>
#include "internal.h"

static struct vm_segment *find_segment(struct vm *vm, int id)
{
    for (unsigned i = 0; id > 0 && i < VM_MAX_SEGMENTS; i++) {
        if (vm->segments[i].id == id)
            return &vm->segments[i];
    }
    return NULL;
}

// Ids are random, so that a task cannot guess one: there are few segments among 2^31 numbers.
static int new_id(struct vm *vm)
{
    uint32_t id = (uint32_t)vm->env->random(vm->ctx) & INT32_MAX;
    while (id == 0 || find_segment(vm, (int)id))
        id = (id + 1) & INT32_MAX;
    return (int)id;
}

static void forget(struct vm *vm, struct vm_segment *segment)
{
    struct vm_task *owner = &vm->tasks[TASK_SLOT(segment->owner)];
    owner->num_segments--;
    owner->segment_bytes -= segment->len;
    vm->num_segments--;
    vm->env->close_fd(vm->ctx, segment->fds[0]);
    vm->env->close_fd(vm->ctx, segment->fds[1]);
    vm->env->segment_closed(vm->ctx);
    memset(segment, 0, sizeof(*segment));
}

error_t vm_on_shm_create(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply)
{
    size_t size = m->shm_create.size;
    if (size == 0)
        return ERR_INVALID_ARG;
    if (size > VM_MAX_SEGMENT_LEN)
        return ERR_TOO_LARGE;
    size = ALIGN_UP(size, PAGE_SIZE);
    if (vm->num_segments == VM_MAX_SEGMENTS || task->num_segments == VM_MAX_TASK_SEGMENTS ||
        size > VM_MAX_SEGMENT_LEN - task->segment_bytes)
        return ERR_NO_MEMORY;

    int fds[2] = {-1, -1};
    if (IS_ERROR(vm->env->memfd(vm->ctx, task->id, false, size, fds)))
        return ERR_NO_MEMORY;
    struct vm_segment *segment = vm->segments;
    while (segment->id)
        segment++;
    int id = new_id(vm);
    *segment =
        (struct vm_segment){.id = id, .owner = task->id, .len = size, .fds = {fds[0], fds[1]}};
    vm->num_segments++;
    task->num_segments++;
    task->segment_bytes += size;
    reply->shm_create_reply.shm_id = id;
    return OK;
}

error_t vm_on_shm_map(struct vm *vm, struct vm_task *task, const struct message *m,
                      struct message *reply)
{
    struct vm_segment *segment = find_segment(vm, m->shm_map.shm_id);
    if (!segment)
        return ERR_NOT_FOUND;
    // The sender may have put any byte there, not only 0 or 1.
    uint8_t writable;
    memcpy(&writable, &m->shm_map.writable, sizeof(writable));
    reply->shm_map_reply.vaddr = segment->len | (writable != 0);
    reply->shm_map_reply.len = segment->len;
    vm_answer_fd(vm, task, reply, segment->fds[writable ? 0 : 1]);
    return DONT_REPLY;
}

error_t vm_on_shm_close(struct vm *vm, struct vm_task *task, const struct message *m,
                        __unused struct message *reply)
{
    struct vm_segment *segment = find_segment(vm, m->shm_close.shm_id);
    if (!segment)
        return ERR_NOT_FOUND;
    if (segment->owner != task->id)
        return ERR_NOT_PERMITTED;
    forget(vm, segment);
    return OK;
}

void vm_segment_task_ended(struct vm *vm, struct vm_task *task)
{
    for (unsigned i = 0; task->num_segments && i < VM_MAX_SEGMENTS; i++) {
        if (vm->segments[i].owner == task->id)
            forget(vm, &vm->segments[i]);
    }
}

error_t vm_on_alloc_pages(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct message *reply)
{
    if (m->vm_alloc_pages.paddr != 0)
        return ERR_NOT_ACCEPTABLE;
    size_t num_pages = m->vm_alloc_pages.num_pages;
    if (num_pages == 0)
        return ERR_INVALID_ARG;
    if (num_pages > (VM_MAX_PAGES_LEN - task->page_bytes) / PAGE_SIZE)
        return ERR_NO_MEMORY;

    size_t size = num_pages * PAGE_SIZE;
    int fds[2] = {-1, -1};
    if (IS_ERROR(vm->env->memfd(vm->ctx, task->id, true, size, fds)))
        return ERR_NO_MEMORY;
    task->page_bytes += size; // never decreases: a task keeps its pages until it ends
    reply->vm_alloc_pages_reply.vaddr = size | 1;
    vm_answer_fd(vm, task, reply, fds[0]);
    vm->env->close_fd(vm->ctx, fds[0]);
    vm->env->close_fd(vm->ctx, fds[1]);
    return DONT_REPLY;
}
