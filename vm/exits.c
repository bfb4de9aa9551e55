// task.watch: tells tasks of the ends of others.
//
// A watcher has a bit for each live task that it watches, and a circular buffer of ends that it has
// not pulled yet. Bits and ends together never exceed the size of the buffer (task.watch fails with
// ERR_NO_MEMORY), so there is always room for an end. A notification says that there are ends;
// ASYNC_MSG pulls one.
#include <string.h>
#include "internal.h"

static bool is_watching(const struct vm_task *task, unsigned slot)
{
    return task->watching[slot / 64] >> slot % 64 & 1;
}

// Changes the bit. It must have had the other value.
static void set_watching(struct vm_task *task, unsigned slot, bool value)
{
    task->watching[slot / 64] ^= 1ull << slot % 64;
    if (value)
        task->num_watching++;
    else
        task->num_watching--;
}

static struct vm_exit *exit_at(struct vm_task *task, unsigned i)
{
    return &task->exits[(task->first_exit + i) % VM_MAX_EXITS];
}

// Returns the index of the end of `id` that is not pulled yet, or num_exits.
static unsigned find_exit(struct vm_task *task, task_t id)
{
    unsigned i = 0;
    while (i < task->num_exits && exit_at(task, i)->task != id)
        i++;
    return i;
}

static void push_exit(struct vm *vm, struct vm_task *task, struct vm_exit ended)
{
    task->num_exits++;
    *exit_at(task, task->num_exits - 1) = ended;
    vm->env->notify(vm->ctx, task->id, NOTIFY_ASYNC);
}

// Returns the end of a task that has ended. Its status is known until the next task of the slot
// ends.
static struct vm_exit last_end(const struct vm *vm, task_t id)
{
    const struct vm_exit *last = &vm->ended[TASK_SLOT(id)];
    return last->task == id ? *last : (struct vm_exit){id, -1};
}

error_t vm_on_task_watch(struct vm *vm, struct vm_task *task, const struct message *m,
                         __unused struct message *reply)
{
    task_t id = m->task_watch.task;
    if (id == task->id)
        return ERR_INVALID_ARG;
    if (!vm_task_existed(vm, id))
        return ERR_INVALID_TASK;

    bool alive = vm_task_find(vm, id);
    if (alive && is_watching(task, TASK_SLOT(id)))
        return OK;
    if (!alive && find_exit(task, id) < task->num_exits)
        return OK;
    if (task->num_watching + task->num_exits >= VM_MAX_EXITS)
        return ERR_NO_MEMORY;
    if (alive)
        set_watching(task, TASK_SLOT(id), true);
    else
        push_exit(vm, task, last_end(vm, id));
    return OK;
}

error_t vm_on_task_unwatch(struct vm *vm, struct vm_task *task, const struct message *m,
                           __unused struct message *reply)
{
    task_t id = m->task_unwatch.task;
    if (vm_task_find(vm, id) && is_watching(task, TASK_SLOT(id))) {
        set_watching(task, TASK_SLOT(id), false);
        return OK;
    }

    unsigned i = find_exit(task, id);
    if (i == task->num_exits)
        return ERR_NOT_FOUND;
    for (; i + 1 < task->num_exits; i++)
        *exit_at(task, i) = *exit_at(task, i + 1);
    task->num_exits--;
    return OK;
}

error_t vm_on_async_pull(struct vm *vm, struct vm_task *task, __unused const struct message *m,
                         struct message *reply)
{
    if (!task->num_exits)
        return ERR_EMPTY;
    reply->task_exited.task = exit_at(task, 0)->task;
    reply->task_exited.status = exit_at(task, 0)->status;
    task->first_exit = (task->first_exit + 1) % VM_MAX_EXITS;
    task->num_exits--;
    vm_answer(vm, task, reply);
    if (task->num_exits)
        vm->env->notify(vm->ctx, task->id, NOTIFY_ASYNC);
    return DONT_REPLY;
}

void vm_exits_task_ended(struct vm *vm, struct vm_exit ended)
{
    unsigned slot = TASK_SLOT(ended.task);
    vm->ended[slot] = ended;
    VM_FOR_EACH(vm, task)
    {
        if (!is_watching(task, slot))
            continue;
        set_watching(task, slot, false);
        push_exit(vm, task, ended);
    }
}
