// Every invariant of the core's state, for tests and fuzzers. Nothing here changes anything.
#include <stdlib.h>
#include <string.h>
#include "internal.h"

#define CHECK(vm, expr)                                                                            \
    do {                                                                                           \
        if (!(expr))                                                                               \
            broken(vm, "check.c: " #expr);                                                         \
    } while (0)

static void __noreturn broken(const struct vm *vm, const char *what)
{
    vm->env->log(vm->ctx, "the state of vm is broken:");
    vm->env->log(vm->ctx, what);
    abort();
}

static void check_table(const struct vm *vm)
{
    CHECK(vm, vm->num_slots <= CONFIG_NUM_TASKS);
    CHECK(vm, vm->ids[0] == 0 && vm->ids[1] == 0);
    for (unsigned slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        task_t id = vm->ids[slot];
        if (!id)
            continue;
        CHECK(vm, slot < vm->num_slots);
        CHECK(vm, (unsigned)TASK_SLOT(id) == slot && TASK_GEN(id) == vm->last_gen[slot]);
        CHECK(vm, vm->tasks[slot].id == id && vm->tasks[slot].pid > 0);
    }
}

static bool is_alive(const struct vm *vm, task_t id)
{
    return id > 0 && TASK_SLOT(id) < CONFIG_NUM_TASKS && vm->ids[TASK_SLOT(id)] == id;
}

static unsigned count_list(const list_t *list)
{
    unsigned count = 0;
    for (const list_elem_t *elem = list->next; elem != list; elem = elem->next) {
        if (elem->next->prev != elem || ++count > CONFIG_NUM_TASKS)
            return UINT32_MAX;
    }
    return count;
}

// Each waiting task is in exactly the list that its wait says, and no other task is in a list.
static void check_waits(const struct vm *vm)
{
    unsigned blocked = 0;
    unsigned queued = 0;
    unsigned copying = 0;
    unsigned waiting = 0;
    VM_FOR_EACH(vm, task)
    {
        queued += task->num_blocked;
        CHECK(vm, count_list(&task->blocked) == task->num_blocked);
        CHECK(vm, !task->dirty);
        waiting += task->wait != VM_NOT_WAITING;
        const struct vm_send *send = &task->send;
        if (task->wait == VM_BLOCKED || task->wait == VM_COPYING) {
            CHECK(vm, task->link.next && is_alive(vm, send->dst->id) && send->dst != task);
            CHECK(vm, send->count >= 1 && send->count <= MSG_MAX_PAYLOADS);
            CHECK(vm, send->total <= send->dst->ool_len);
        }
        if (task->wait == VM_BLOCKED) {
            CHECK(vm, !send->noblock);
            CHECK(vm, list_contains((list_t *)&send->dst->blocked, (list_elem_t *)&task->link));
            blocked++;
        } else if (task->wait == VM_COPYING) {
            CHECK(vm, list_contains((list_t *)&vm->copies, (list_elem_t *)&task->link));
            CHECK(vm, send->landing->state == LANDING_COPYING && send->landing->src == task->id);
            CHECK(vm, send->index < send->count && send->done <= send->lens[send->index]);
            CHECK(vm, send->offset + send->lens[send->index] <= send->total);
            copying++;
        }
    }
    CHECK(vm, blocked == queued);
    CHECK(vm, count_list(&vm->copies) == copying);
    CHECK(vm, count_list(&vm->dirty) == 0);
    CHECK(vm, vm->stats.requests == vm->stats.answers + vm->stats.dropped + waiting);
}

static void check_landing(const struct vm *vm, const struct vm_task *dst,
                          const struct vm_landing *landing)
{
    const struct vm_send *send = NULL;
    switch (landing->state) {
    case LANDING_NONE:
    case LANDING_ARMED:
        CHECK(vm, landing->id == 0 && !landing->orphan);
        break;
    case LANDING_OUT:
        CHECK(vm, landing->id != 0 && !landing->orphan && landing->has_receipt);
        break;
    case LANDING_COPYING:
        CHECK(vm, is_alive(vm, landing->src) && landing->id != 0 && !landing->orphan);
        send = &vm->tasks[TASK_SLOT(landing->src)].send;
        CHECK(vm, send->landing == landing && send->dst == dst && send->total <= landing->cap);
        CHECK(vm, send->begun || send->done == 0);
        break;
    case LANDING_RESERVED:
        CHECK(vm, landing->id != 0 && landing->count >= 1 && landing->count <= MSG_MAX_PAYLOADS);
        CHECK(vm, landing->orphan != (landing->src == VM_TASK || is_alive(vm, landing->src)));
        break;
    }
    if (landing->state != LANDING_NONE) {
        CHECK(vm, landing->addr != 0 && landing->cap > 0 && landing->cap <= dst->ool_len);
        CHECK(vm, landing->addr + landing->cap + 1 > landing->addr);
        CHECK(vm, !landing->has_receipt || landing->addr > sizeof(struct ool_receipt));
        CHECK(vm, landing->has_receipt || !landing->mapped);
    }
}

static void check_receivers(const struct vm *vm)
{
    VM_FOR_EACH(vm, dst)
    {
        const struct vm_landing *open = &dst->landing[OOL_OPEN];
        const struct vm_landing *closed = &dst->landing[OOL_CLOSED];
        check_landing(vm, dst, open);
        check_landing(vm, dst, closed);
        CHECK(vm, open->has_receipt == (closed->state != LANDING_NONE));
        CHECK(vm, open->has_receipt == closed->has_receipt);
        CHECK(vm, !open->mapped == !closed->mapped);
        CHECK(vm, !open->mapped ||
                      (vaddr_t)(closed->mapped - open->mapped) == closed->addr - open->addr);
        CHECK(vm, !open->has_receipt || open->state != LANDING_NONE);
        CHECK(vm, open->id == 0 || open->id != closed->id);

        // No sender is blocked while the open buffer is free. (Not so for the closed buffer: which
        // sender it is for is in the receiver's page, which changes without a message to vm. The
        // receiver announces itself then.)
        CHECK(vm, !vm_landing_is_free(open) || dst->num_blocked == 0);
        CHECK(vm, dst->published == dst->num_blocked);

        bool holds_up =
            open->state == LANDING_RESERVED && !open->orphan && (dst->num_blocked || dst->refused);
        CHECK(vm, holds_up == (dst->patience.deadline_ns != 0));
        if (holds_up) {
            CHECK(vm, dst->patience.id == open->id);
            CHECK(vm, vm->deadline_ns <= dst->patience.deadline_ns);
        }
    }
}

static void check_names(const struct vm *vm)
{
    VM_FOR_EACH(vm, task)
    {
        CHECK(vm, task->num_names <= VM_MAX_NAMES);
        for (unsigned i = 0; i < task->num_names; i++) {
            const struct vm_name *name = &task->names[i];
            CHECK(vm, vm_name_is_valid(name->text, strnlen(name->text, VM_NAME_LEN)));
            if (!name->served)
                continue;
            VM_FOR_EACH(vm, other)
            {
                CHECK(vm, other->wait != VM_LOOKUP || other->lookup_except == task->id ||
                              strcmp(other->lookup_name, name->text) != 0);
                for (unsigned k = 0; k < other->num_names; k++)
                    CHECK(vm, &other->names[k] == name || !other->names[k].served ||
                                  strcmp(other->names[k].text, name->text) != 0);
            }
        }
        if (task->wait == VM_LOOKUP && task->lookup_deadline_ns)
            CHECK(vm, vm->deadline_ns <= task->lookup_deadline_ns);
    }
}

static void check_watches(const struct vm *vm)
{
    const unsigned words = sizeof(vm->tasks[0].watching) / sizeof(vm->tasks[0].watching[0]);
    uint64_t alive[sizeof(vm->tasks[0].watching) / sizeof(vm->tasks[0].watching[0])] = {0};
    for (unsigned slot = 0; slot < CONFIG_NUM_TASKS; slot++)
        alive[slot / 64] |= (uint64_t)(vm->ids[slot] != 0) << slot % 64;
    VM_FOR_EACH(vm, task)
    {
        unsigned own = (unsigned)TASK_SLOT(task->id);
        unsigned watching = 0;
        for (unsigned i = 0; i < words; i++) {
            CHECK(vm, !(task->watching[i] & ~alive[i]));
            watching += (unsigned)__builtin_popcountll(task->watching[i]);
        }
        CHECK(vm, !(task->watching[own / 64] >> own % 64 & 1));
        CHECK(vm, watching == task->num_watching);
        CHECK(vm, watching + task->num_exits <= VM_MAX_EXITS);
        CHECK(vm, task->first_exit < VM_MAX_EXITS);
    }
}

static void check_memory(const struct vm *vm)
{
    unsigned used = 0;
    unsigned owned = 0;
    for (unsigned i = 0; i < VM_MAX_SEGMENTS; i++)
        used += vm->segments[i].id != 0;
    for (unsigned i = 0, left = used; left > 0 && i < VM_MAX_SEGMENTS; i++) {
        if (!vm->segments[i].id)
            continue;
        left--;
        CHECK(vm, vm->segments[i].id > 0 && is_alive(vm, vm->segments[i].owner));
        CHECK(vm, vm->tasks[TASK_SLOT(vm->segments[i].owner)].num_segments > 0);
    }
    VM_FOR_EACH(vm, task)
    {
        size_t bytes = 0;
        unsigned left = task->num_segments;
        for (unsigned i = 0; left && i < VM_MAX_SEGMENTS; i++) {
            left -= vm->segments[i].id && vm->segments[i].owner == task->id;
            bytes +=
                vm->segments[i].id && vm->segments[i].owner == task->id ? vm->segments[i].len : 0;
        }
        CHECK(vm, bytes == task->segment_bytes && bytes <= VM_MAX_SEGMENT_LEN);
        CHECK(vm,
              task->num_segments <= VM_MAX_TASK_SEGMENTS && task->page_bytes <= VM_MAX_PAGES_LEN);
        owned += task->num_segments;
    }
    CHECK(vm, used == vm->num_segments && owned == used);
}

void vm_check(const struct vm *vm)
{
    check_table(vm);
    check_waits(vm);
    check_receivers(vm);
    check_names(vm);
    check_watches(vm);
    check_memory(vm);
}
