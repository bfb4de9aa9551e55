// Compares the state of vm's core (vm/state.h) with the model: which tasks wait and for what, the
// state and the owner of each buffer, names, watches and segments.
#include <string.h>
#include "state.h"
#include "world.h"

static const struct vm_task *find(const struct vm *vm, const struct model_task *task)
{
    return &vm->tasks[TASK_SLOT(task->id)];
}

static void check_wait(struct model *model, const struct vm *vm, const struct model_task *task)
{
    static const enum vm_wait waits[] = {
        [MODEL_IDLE] = VM_NOT_WAITING, [MODEL_BLOCKED] = VM_BLOCKED, [MODEL_COPY] = VM_COPYING,
        [MODEL_LOOKUP] = VM_LOOKUP,    [MODEL_LAUNCH] = VM_LAUNCH,
    };
    const struct vm_task *seen = find(vm, task);
    MODEL_CHECK(model, seen->wait == waits[task->request.wait], "%d waits for %d, not for %d",
                task->id, seen->wait, waits[task->request.wait]);
    if (seen->wait == VM_BLOCKED || seen->wait == VM_COPYING)
        MODEL_CHECK(model, seen->send.dst->id == task->request.dst->id, "%d is blocked for %d",
                    task->id, seen->send.dst->id);
}

static void check_buffer(struct model *model, const struct vm_landing *seen,
                         const struct model_task *task, unsigned k)
{
    const struct model_buffer *buffer = &task->buffers[k];
    static const char *const names[] = {"open buffer", "closed buffer"};
    bool taken = buffer->use == MODEL_COPYING || buffer->use == MODEL_RESERVED;
    enum landing_state expected = buffer->use == MODEL_ARMED            ? LANDING_ARMED
                                  : buffer->use == MODEL_COPYING        ? LANDING_COPYING
                                  : buffer->use == MODEL_RESERVED       ? LANDING_RESERVED
                                  : task->region == OOL_REGION_STANDING ? LANDING_OUT
                                                                        : LANDING_NONE;
    MODEL_CHECK(model, seen->state == expected, "the %s of %d is in state %d, not %d", names[k],
                task->id, seen->state, expected);
    MODEL_CHECK(model, expected == LANDING_NONE || seen->addr == buffer->addr,
                "the %s of %d is at 0x%llx", names[k], task->id, (unsigned long long)seen->addr);
    MODEL_CHECK(model, !taken || seen->src == buffer->src, "the %s of %d is taken by %d, not %d",
                names[k], task->id, seen->src, buffer->src);
    MODEL_CHECK(model, expected < LANDING_RESERVED || seen->id == buffer->id,
                "the %s of %d has another id", names[k], task->id);
}

static void check_names(struct model *model, const struct vm *vm, const struct model_task *task)
{
    const struct vm_task *seen = find(vm, task);
    unsigned served = 0;
    for (unsigned i = 0; i < seen->num_names; i++)
        served += seen->names[i].served;
    MODEL_CHECK(model, served == task->num_serves, "%d serves %u names, not %u", task->id, served,
                task->num_serves);
    for (unsigned k = 0; k < task->num_serves; k++) {
        bool found = false;
        for (unsigned i = 0; i < seen->num_names && !found; i++)
            found = seen->names[i].served && !strcmp(seen->names[i].text, task->serves[k]);
        MODEL_CHECK(model, found, "%d does not serve \"%s\"", task->id, task->serves[k]);
    }
}

static void check_watches(struct model *model, const struct vm *vm, const struct model_task *task)
{
    const struct vm_task *seen = find(vm, task);
    for (unsigned i = 0; i < MODEL_TASKS; i++)
        MODEL_CHECK(model, (seen->watching[0] >> (i + 2) & 1) == task->watches[i],
                    "whether %d watches slot %u", task->id, i + 2);
    MODEL_CHECK(model, seen->num_exits == task->num_ends, "%d has %u ends to pull, not %u",
                task->id, seen->num_exits, task->num_ends);
}

static void check_segments(struct model *model, const struct vm *vm, const struct model_task *task)
{
    unsigned expected = task->num_segments;
    unsigned found = 0;
    for (unsigned i = 0; found < expected && i < VM_MAX_SEGMENTS; i++) {
        for (unsigned k = 0; k < MODEL_SEGMENTS; k++)
            found += vm->segments[i].id && vm->segments[i].id == task->segments[k].id &&
                     vm->segments[i].owner == task->id &&
                     vm->segments[i].len == task->segments[k].size;
    }
    MODEL_CHECK(model, found == expected && find(vm, task)->num_segments == expected,
                "%d has %u segments, not %u", task->id, found, expected);
}

void view_learn_freed(struct model *model, const struct vm *vm)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        struct model_task *task = &model->tasks[i];
        for (unsigned k = 0; task->id && k < NUM_BUFFERS; k++) {
            struct model_buffer *buffer = &task->buffers[k];
            if (!model_ool_copied_out(task, buffer) || find(vm, task)->landing[k].id == buffer->id)
                continue;
            model_ool_freed(model, task, buffer);
            model_ool_settle_at(model, task);
        }
    }
}

bool view_was_revoked(const struct vm *vm, const struct model_task *task)
{
    const struct model_buffer *buffer = &task->buffers[OPEN];
    const struct vm_landing *seen = &find(vm, task)->landing[OOL_OPEN];
    return buffer->use == MODEL_RESERVED && !buffer->orphan &&
           !model_ool_copied_out(task, buffer) &&
           (seen->state != LANDING_RESERVED || seen->id != buffer->id);
}

void view_check(struct model *model, const struct vm *vm)
{
    for (unsigned i = 0; i < MODEL_TASKS; i++) {
        const struct model_task *task = &model->tasks[i];
        MODEL_CHECK(model, vm->ids[i + 2] == task->id, "slot %u has task %d, not %d", i + 2,
                    vm->ids[i + 2], task->id);
        if (!task->id)
            continue;
        const struct vm_task *seen = find(vm, task);
        MODEL_CHECK(model, seen->pid == 1000 + (int)i, "%d has the process %d", task->id,
                    seen->pid);
        check_wait(model, vm, task);
        check_buffer(model, &seen->landing[OOL_OPEN], task, OPEN);
        check_buffer(model, &seen->landing[OOL_CLOSED], task, CLOSED);
        check_names(model, vm, task);
        check_watches(model, vm, task);
        check_segments(model, vm, task);
    }
}
