// The task table: the live tasks, by slot.
//
// A task id carries the generation of its slot, so that the id of a task that died is never taken
// for the slot's next owner.
#include <string.h>
#include "internal.h"

// vm and the launcher own the first two slots and are not in the table: no task sends them payloads
// through vm, watches them or ends them.
#define FIRST_SLOT 2

static unsigned slot_of(task_t id)
{
    return id > 0 && TASK_SLOT(id) < CONFIG_NUM_TASKS ? (unsigned)TASK_SLOT(id) : 0;
}

struct vm_task *vm_task_find(struct vm *vm, task_t id)
{
    unsigned slot = slot_of(id);
    return slot >= FIRST_SLOT && vm->ids[slot] == id ? &vm->tasks[slot] : NULL;
}

bool vm_task_existed(const struct vm *vm, task_t id)
{
    unsigned slot = slot_of(id);
    return slot >= FIRST_SLOT && TASK_GEN(id) <= vm->last_gen[slot];
}

int vm_task_pid(const struct vm *vm, task_t task)
{
    unsigned slot = slot_of(task);
    return slot >= FIRST_SLOT && vm->ids[slot] == task ? vm->tasks[slot].pid : -1;
}

struct vm_task *vm_table_add(struct vm *vm, task_t id)
{
    unsigned slot = slot_of(id);
    if (slot < FIRST_SLOT || vm->ids[slot] || TASK_GEN(id) <= vm->last_gen[slot])
        return NULL;
    struct vm_task *task = &vm->tasks[slot];
    memset(task, 0, sizeof(*task));
    task->id = id;
    list_init(&task->blocked);
    vm->ids[slot] = id;
    vm->last_gen[slot] = TASK_GEN(id);
    vm->num_slots = MAX(vm->num_slots, slot + 1);
    return task;
}

void vm_table_remove(struct vm *vm, const struct vm_task *task)
{
    vm->ids[slot_of(task->id)] = 0;
}
