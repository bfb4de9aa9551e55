// What handlers need: answering a request, reading a string of the sender, asking for a tick, and
// logging a line for the operator.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

void vm_answer(struct vm *vm, struct vm_task *task, struct message *m)
{
    task->wait = VM_NOT_WAITING;
    vm->stats.answers++;
    vm->env->reply(vm->ctx, task->id, m);
}

void vm_answer_fd(struct vm *vm, struct vm_task *task, struct message *m, int fd)
{
    task->wait = VM_NOT_WAITING;
    vm->stats.answers++;
    vm->env->reply_fd(vm->ctx, task->id, m, fd);
}

void vm_answer_err(struct vm *vm, struct vm_task *task, error_t error)
{
    struct message m;
    memset(&m, 0, sizeof(m));
    m.type = error;
    vm_answer(vm, task, &m);
}

void vm_tell_key(struct vm *vm, const struct vm_task *task, bool *told, const char *what,
                 const char *key, const char *value)
{
    if (!*told)
        vm_log(vm, "task %s may not %s: '%s = %s' in [task %s] would allow it", task->name, what,
               key, value, task->name);
    *told = true;
}

void vm_log(struct vm *vm, const char *fmt, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    vm->env->log(vm->ctx, text);
}

error_t vm_read_text(struct vm *vm, struct vm_task *task, const void *addr, size_t len, char *buf,
                     size_t max)
{
    if (len > max + 1)
        return ERR_TOO_LARGE;
    if (len > 0 && (!addr || (vaddr_t)addr + len < len ||
                    vm->env->read(vm->ctx, task->id, (vaddr_t)addr, buf, len) != len))
        return ERR_INVALID_ARG;

    if (len > 0 && buf[len - 1] == '\0')
        len--;
    if (len > max)
        return ERR_TOO_LARGE;
    if (memchr(buf, '\0', len))
        return ERR_INVALID_ARG;
    buf[len] = '\0';
    return (error_t)len;
}

void vm_need_tick(struct vm *vm, uint64_t ns)
{
    vm->deadline_ns = MIN(vm->deadline_ns, ns);
}
