// The life of tasks: how they enter and leave the table; task.free and task.launch.
//
// vm speaks of Linux processes only between launcher.started and its own acknowledgement of the
// exception, while the launcher keeps the pid from being reused.
#include <string.h>
#include "internal.h"

void vm_on_launcher_started(struct vm *vm, const struct message *m)
{
    task_t id = m->launcher_started.task;
    struct vm_task *task = m->launcher_started.pid > 0 ? vm_table_add(vm, id) : NULL;
    if (!task) {
        vm_log(vm, "the launcher started task %d, which cannot be", id);
        return;
    }

    task->pid = m->launcher_started.pid;
    task->rights = m->launcher_started.rights;
    task->ool_len = MIN(m->launcher_started.ool_len, VM_MAX_OOL_LEN);
    memcpy(task->name, m->launcher_started.name, sizeof(task->name) - 1);
}

void vm_on_exception(struct vm *vm, const struct message *m)
{
    task_t id = m->exception.task;
    struct vm_task *task = vm_task_find(vm, id);
    if (task) {
        if (task->wait != VM_NOT_WAITING)
            vm->stats.dropped++;
        vm_ool_task_ended(vm, task);
        vm_segment_task_ended(vm, task);
        // This also drops everything that is kept in the task: the names that it served, a lookup
        // or a launch that it waited for, its watches.
        vm_table_remove(vm, task);
        vm_exits_task_ended(vm, (struct vm_exit){id, m->exception.status});
    }
    // Also for an unknown task: the launcher keeps the pid until it gets this.
    vm->env->reaped(vm->ctx, id);
}

error_t vm_on_task_alloc(__unused struct vm *vm, __unused struct vm_task *task,
                         __unused const struct message *m, __unused struct message *reply)
{
    return ERR_UNAVAILABLE;
}

error_t vm_on_task_free(struct vm *vm, struct vm_task *task, const struct message *m,
                        __unused struct message *reply)
{
    task_t id = m->task_free.task;
    if (id != task->id && !(task->rights & RIGHT_DESTROY)) {
        vm_tell_key(vm, task, &task->destroy_told, "end other tasks", "rights", "destroy");
        return ERR_NOT_PERMITTED;
    }
    if (!vm_task_find(vm, id))
        return ERR_INVALID_TASK;
    return vm->env->destroy(vm->ctx, id);
}

error_t vm_on_task_launch(struct vm *vm, struct vm_task *task, const struct message *m,
                          __unused struct message *reply)
{
    if (!(task->rights & RIGHT_LAUNCH)) {
        vm_tell_key(vm, task, &task->launch_told, "start tasks", "rights", "launch");
        return ERR_NOT_PERMITTED;
    }

    char text[VM_MAX_TEXT + 1];
    int len = vm_read_text(vm, task, m->task_launch.name_and_cmdline,
                           m->task_launch.name_and_cmdline_len, text, VM_MAX_TEXT);
    if (len < 0)
        return len;
    if (len == 0)
        return ERR_NOT_FOUND;

    // A token is used again after 2^32 launches; by then the first one is answered.
    uint32_t token = ++vm->next_token;
    OK_OR_RETURN(vm->env->launch(vm->ctx, token, text, (size_t)len));
    task->wait = VM_LAUNCH;
    task->launch_token = token;
    return DONT_REPLY;
}

void vm_on_launcher_launched(struct vm *vm, const struct message *m)
{
    task_t launched = m->launcher_launched.task;
    VM_FOR_EACH(vm, task)
    {
        if (task->wait != VM_LAUNCH || task->launch_token != m->launcher_launched.token)
            continue;
        if (launched <= 0) {
            bool known = launched >= ERR_LAST && launched < 0 && launched != DONT_REPLY;
            vm_answer_err(vm, task, known ? launched : ERR_UNAVAILABLE);
        } else {
            struct message reply;
            memset(&reply, 0, sizeof(reply));
            reply.type = TASK_LAUNCH_REPLY_MSG;
            reply.task_launch_reply.task = launched;
            vm_answer(vm, task, &reply);
        }
        return;
    }
    // The task that asked has ended.
}
