// Names of services: which tasks may serve them, which do, and lookups that wait for one.
//
// A name is kept in the task that serves it, so it is free again when that task leaves the table.
#include <string.h>
#include "internal.h"

static struct vm_name *find_name(struct vm_task *task, const char *text)
{
    for (unsigned i = 0; i < task->num_names; i++) {
        if (!strcmp(task->names[i].text, text))
            return &task->names[i];
    }
    return NULL;
}

static struct vm_name *add_name(struct vm_task *task, const char *text, size_t len)
{
    if (task->num_names == VM_MAX_NAMES)
        return NULL;
    struct vm_name *name = &task->names[task->num_names++];
    memset(name, 0, sizeof(*name));
    memcpy(name->text, text, len);
    return name;
}

static task_t find_server(struct vm *vm, const char *text)
{
    VM_FOR_EACH(vm, task)
    {
        struct vm_name *name = find_name(task, text);
        if (name && name->served)
            return task->id;
    }
    return ERR_NOT_FOUND;
}

static void answer_lookup(struct vm *vm, struct vm_task *task, task_t server)
{
    struct message reply;
    memset(&reply, 0, sizeof(reply));
    reply.type = DISCOVERY_LOOKUP_REPLY_MSG;
    reply.discovery_lookup_reply.task = server;
    vm_answer(vm, task, &reply);
}

static error_t read_name(struct vm *vm, struct vm_task *task, const char *addr, size_t len,
                         char name[VM_NAME_LEN])
{
    int name_len = vm_read_text(vm, task, addr, len, name, VM_NAME_LEN - 1);
    if (name_len < 0 || !vm_name_is_valid(name, (size_t)name_len))
        return ERR_INVALID_ARG;
    return OK;
}

void vm_on_launcher_may_serve(struct vm *vm, const struct message *m)
{
    struct vm_task *task = vm_task_find(vm, m->launcher_may_serve.task);
    const char *text = m->launcher_may_serve.name;
    size_t len = strnlen(text, sizeof(m->launcher_may_serve.name));
    if (!task || !vm_name_is_valid(text, len)) {
        vm_log(vm, "the launcher let task %d serve a name, which cannot be",
               m->launcher_may_serve.task);
        return;
    }

    if (len == 1 && text[0] == '*')
        task->serves_any = true;
    else if (!find_name(task, text) && !add_name(task, text, len))
        vm_log(vm, "%s: over %d names to serve; \"%.*s\" is left out", task->name, VM_MAX_NAMES,
               (int)len, text);
}

error_t vm_on_discovery_serve(struct vm *vm, struct vm_task *task, const struct message *m,
                              __unused struct message *reply)
{
    char text[VM_NAME_LEN] = {0};
    OK_OR_RETURN(read_name(vm, task, m->discovery_serve.name, m->discovery_serve.name_len, text));
    struct vm_name *name = find_name(task, text);
    if (!name && !task->serves_any) {
        vm_tell_key(vm, task, &task->serve_told, "serve this name", "serves", text);
        return ERR_NOT_PERMITTED;
    }
    if (find_server(vm, text) >= 0)
        return ERR_ALREADY_EXISTS;
    if (!name)
        name = add_name(task, text, strlen(text));
    if (!name)
        return ERR_NO_MEMORY;

    name->served = true;
    VM_FOR_EACH(vm, waiting)
    {
        if (waiting->wait == VM_LOOKUP && waiting->lookup_except != task->id &&
            !strcmp(waiting->lookup_name, text))
            answer_lookup(vm, waiting, task->id);
    }
    return OK;
}

error_t vm_on_discovery_lookup(struct vm *vm, struct vm_task *task, const struct message *m,
                               struct message *reply)
{
    char text[VM_NAME_LEN] = {0};
    OK_OR_RETURN(read_name(vm, task, m->discovery_lookup.name, m->discovery_lookup.name_len, text));
    task_t server = find_server(vm, text);
    if (server >= 0 && server != m->discovery_lookup.except) {
        reply->discovery_lookup_reply.task = server;
        return OK;
    }

    task->wait = VM_LOOKUP;
    memcpy(task->lookup_name, text, sizeof(text));
    task->lookup_except = m->discovery_lookup.except;
    task->lookup_deadline_ns = 0;
    if (m->discovery_lookup.timeout_ms) {
        task->lookup_deadline_ns =
            vm->env->now_ns(vm->ctx) + m->discovery_lookup.timeout_ms * 1000000ull;
        vm_need_tick(vm, task->lookup_deadline_ns);
    }
    return DONT_REPLY;
}

void vm_service_tick(struct vm *vm, uint64_t now_ns)
{
    VM_FOR_EACH(vm, task)
    {
        if (task->wait != VM_LOOKUP || !task->lookup_deadline_ns)
            continue;
        if (task->lookup_deadline_ns <= now_ns)
            vm_answer_err(vm, task, ERR_TIMEOUT);
        else
            vm_need_tick(vm, task->lookup_deadline_ns);
    }
}
