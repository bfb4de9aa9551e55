// The entry points of vm's core. They find the handler of each message and send its answer.
//
// The other files say what each message does. This one ensures that a task has one request at a
// time, that every request gets exactly one answer (unless its sender ends), and that an entry
// point does everything that has become possible before it returns (leave()).
#include <string.h>
#include "internal.h"

// What a handler's result means is in internal.h.
typedef error_t (*handler)(struct vm *vm, struct vm_task *task, const struct message *m,
                           struct message *reply);

// The requests that tasks send. Every other type, such as an error code or a reply, is answered
// with ERR_NOT_ACCEPTABLE.
static const struct row {
    int type;
    int reply_type;
    handler handler;
} rows[] = {
    {OOL_SEND_MSG, OOL_SEND_REPLY_MSG, vm_on_ool_send},
    {OOL_VERIFY_MSG, OOL_VERIFY_REPLY_MSG, vm_on_ool_verify},
    {OOL_RECV_MSG, OOL_RECV_REPLY_MSG, vm_on_ool_recv},
    {BENCHMARK_NOP_MSG, BENCHMARK_NOP_REPLY_MSG, vm_on_benchmark_nop},
    {BENCHMARK_NOP_WITH_OOL_MSG, BENCHMARK_NOP_WITH_OOL_REPLY_MSG, vm_on_benchmark_nop_with_ool},
    {ASYNC_MSG, TASK_EXITED_MSG, vm_on_async_pull},
    {DISCOVERY_SERVE_MSG, DISCOVERY_SERVE_REPLY_MSG, vm_on_discovery_serve},
    {DISCOVERY_LOOKUP_MSG, DISCOVERY_LOOKUP_REPLY_MSG, vm_on_discovery_lookup},
    {TASK_ALLOC_MSG, TASK_ALLOC_REPLY_MSG, vm_on_task_alloc},
    {TASK_FREE_MSG, TASK_FREE_REPLY_MSG, vm_on_task_free},
    {TASK_LAUNCH_MSG, TASK_LAUNCH_REPLY_MSG, vm_on_task_launch},
    {TASK_WATCH_MSG, TASK_WATCH_REPLY_MSG, vm_on_task_watch},
    {TASK_UNWATCH_MSG, TASK_UNWATCH_REPLY_MSG, vm_on_task_unwatch},
    {VM_ALLOC_PAGES_MSG, VM_ALLOC_PAGES_REPLY_MSG, vm_on_alloc_pages},
    {SHM_CREATE_MSG, SHM_CREATE_REPLY_MSG, vm_on_shm_create},
    {SHM_MAP_MSG, SHM_MAP_REPLY_MSG, vm_on_shm_map},
    {SHM_CLOSE_MSG, SHM_CLOSE_REPLY_MSG, vm_on_shm_close},
};

// The messages that only the launcher sends. They are not answered.
static const struct kernel_row {
    int type;
    void (*handler)(struct vm *vm, const struct message *m);
} kernel_rows[] = {
    {LAUNCHER_STARTED_MSG, vm_on_launcher_started},
    {LAUNCHER_MAY_SERVE_MSG, vm_on_launcher_may_serve},
    {LAUNCHER_LAUNCHED_MSG, vm_on_launcher_launched},
    {EXCEPTION_MSG, vm_on_exception},
};

size_t vm_size(void)
{
    return sizeof(struct vm);
}

void vm_init(struct vm *vm, const struct vm_env *env, void *ctx)
{
    vm->env = env;
    vm->ctx = ctx;
    vm->deadline_ns = UINT64_MAX;
    vm->next_token = 0;
    vm->num_slots = 0;
    vm->budget = 0;
    vm->num_segments = 0;
    memset(&vm->stats, 0, sizeof(vm->stats));
    list_init(&vm->copies);
    list_init(&vm->dirty);
    memset(vm->segments, 0, sizeof(vm->segments));
    memset(vm->ended, 0, sizeof(vm->ended));
    memset(vm->ids, 0, sizeof(vm->ids));
    memset(vm->last_gen, 0xff, sizeof(vm->last_gen));
}

// Begins an entry point that changes the state. It may copy up to `budget` bytes before it returns.
static void enter(struct vm *vm, size_t budget)
{
    vm->budget = budget;
}

// Ends such an entry point: serves the receivers at which something changed.
static void leave(struct vm *vm)
{
    vm_settle(vm);
}

static const struct row *find_row(int type)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].type == type)
            return &rows[i];
    }
    return NULL;
}

static const struct kernel_row *find_kernel_row(int type)
{
    for (size_t i = 0; i < sizeof(kernel_rows) / sizeof(kernel_rows[0]); i++) {
        if (kernel_rows[i].type == type)
            return &kernel_rows[i];
    }
    return NULL;
}

static void kernel_step(struct vm *vm, const struct message *m)
{
    const struct kernel_row *row = find_kernel_row(m->type);
    if (row)
        row->handler(vm, m);
    else
        vm_log(vm, "the launcher sent a message of type %#x, which means nothing here", m->type);
}

static error_t request(struct vm *vm, struct vm_task *task, const struct message *m,
                       struct message *reply)
{
    const struct row *row = find_row(m->type);
    if (!row)
        return find_kernel_row(m->type) ? ERR_NOT_PERMITTED : ERR_NOT_ACCEPTABLE;
    reply->type = row->reply_type;
    return row->handler(vm, task, m, reply);
}

static void task_step(struct vm *vm, task_t actor, const struct message *m)
{
    // The sender may be unknown: a task may have left messages in its channel when it ended.
    struct vm_task *task = vm_task_find(vm, actor);
    if (!task || m->type == INVALID_MSG || m->type == NOTIFICATIONS_MSG)
        return;

    vm->stats.requests++;
    struct message reply;
    memset(&reply, 0, sizeof(reply));
    if (task->wait != VM_NOT_WAITING) {
        // The task still waits for an answer. libipc never does this; a task that speaks the
        // protocol on its own may. It gets an error, and its wait goes on: vm_answer_err() would
        // end the wait.
        reply.type = ERR_IN_USE;
        vm->stats.answers++;
        vm->env->reply(vm->ctx, task->id, &reply);
        return;
    }

    error_t err = request(vm, task, m, &reply);
    if (err == OK)
        vm_answer(vm, task, &reply);
    else if (err != DONT_REPLY)
        vm_answer_err(vm, task, err);
}

void vm_step(struct vm *vm, task_t actor, const struct message *m)
{
    enter(vm, VM_BOUNCE_LEN);
    if (actor == KERNEL_TASK)
        kernel_step(vm, m);
    else
        task_step(vm, actor, m);
    leave(vm);
}

void vm_copy_step(struct vm *vm)
{
    enter(vm, 0);
    vm_copy_next(vm);
    leave(vm);
}

uint64_t vm_deadline(const struct vm *vm)
{
    return vm->deadline_ns;
}

void vm_tick(struct vm *vm)
{
    uint64_t now_ns = vm->env->now_ns(vm->ctx);
    enter(vm, VM_BOUNCE_LEN);
    // Both functions set the deadlines again that are still to come.
    vm->deadline_ns = UINT64_MAX;
    vm_service_tick(vm, now_ns);
    vm_settle_tick(vm, now_ns);
    leave(vm);
}

struct vm_stats vm_stats(const struct vm *vm)
{
    return vm->stats;
}
