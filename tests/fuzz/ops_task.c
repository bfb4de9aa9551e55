// Operations of the vm target: the launcher, names, tasks, memory, messages as they are.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

// --- Operations: the launcher -------------------------------------------------------------------

void op_start(struct run *run)
{
    static const size_t limits[] = {65536, 0, 16, 4096, MODEL_PAYLOAD, 100};
    struct world *world = run->world;
    if (!world->model.tasks[run->slot].id)
        run_start_task(world, run->slot, limits[run->op->len % 6], run->op->a);
}

void op_die(struct run *run)
{
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = run->world->model.tasks[run->slot].id;
    m.exception.exception = (enum exception_type)(run->op->a % 4 + 1);
    world_step(run->world, KERNEL_TASK, &m);
}

void op_may_serve(struct run *run)
{
    struct message m = {.type = LAUNCHER_MAY_SERVE_MSG};
    unsigned which = run->op->a % 32;
    m.launcher_may_serve.task = run->actor;
    if (which < 6)
        snprintf(m.launcher_may_serve.name, sizeof(m.launcher_may_serve.name), "%s",
                 run_names[which]);
    else if (which == 31)
        memset(m.launcher_may_serve.name, 'x', sizeof(m.launcher_may_serve.name));
    else
        snprintf(m.launcher_may_serve.name, sizeof(m.launcher_may_serve.name), "name%u", which);
    world_step(run->world, KERNEL_TASK, &m);
}

void op_launched(struct run *run)
{
    const struct op *op = run->op;
    const struct model_request *request = &run->world->model.tasks[run->slot].request;
    const task_t results[] = {run->target, ERR_NOT_FOUND, ERR_NO_MEMORY, ERR_TOO_LARGE,
                              0,           DONT_REPLY,    ERR_LAST - 1,  INT32_MIN};
    struct message m = {.type = LAUNCHER_LAUNCHED_MSG};
    m.launcher_launched.token = request->wait == MODEL_LAUNCH ? request->token
                                : op->b & 1                   ? run->world->last_token
                                                              : (uint32_t)op->value;
    m.launcher_launched.task = results[op->a % 8];
    if (op->a % 8 == 0 && run->target <= 0)
        m.launcher_launched.task = ERR_UNAVAILABLE;
    world_step(run->world, KERNEL_TASK, &m);
}

// The launcher is trusted, but its message may be late, about a task that has ended or never
// existed.
void op_kernel(struct run *run)
{
    const struct op *op = run->op;
    const task_t ids[] = {KERNEL_TASK,
                          VM_TASK,
                          -1,
                          INT32_MIN,
                          1023,
                          CONFIG_NUM_TASKS,
                          run_task(run->world, run->slot, 1),
                          run_task(run->world, run->slot, 3)};
    task_t id = ids[op->target % 8];
    struct message m = {.type = 0};
    if (model_task(&run->world->model, id))
        id = VM_TASK;
    switch (op->a % 5) {
    case 4:
        m.type = LAUNCHER_STARTED_MSG;
        m.launcher_started.task = id;
        m.launcher_started.pid = 77;
        if (op->b & 1) { // the slot's next task, but without a process
            m.launcher_started.task = run_task(run->world, run->slot, 2);
            m.launcher_started.pid = -(int)(op->b >> 1);
        }
        break;
    case 0:
        m.type = LAUNCHER_MAY_SERVE_MSG;
        m.launcher_may_serve.task = id;
        memset(m.launcher_may_serve.name, 'x', sizeof(m.launcher_may_serve.name));
        break;
    case 1:
        m.type = EXCEPTION_MSG;
        m.exception.task = id;
        break;
    case 2:
        m.type = ASYNC_MSG;
        break;
    default:
        m.type = (int)op->value & 0x7fffffff;
        if (m.type == LAUNCHER_STARTED_MSG || m.type == LAUNCHER_LAUNCHED_MSG ||
            m.type == LAUNCHER_MAY_SERVE_MSG || m.type == EXCEPTION_MSG)
            m.type = OOL_SEND_MSG;
        break;
    }
    world_step(run->world, KERNEL_TASK, &m);
}

void op_part(struct run *run)
{
    model_join(&run->world->model, run->actor, run->target, run->op->a & 1);
}

// --- Operations: names, tasks, memory -----------------------------------------------------------

static void put_text(struct run *run, struct message *m, const char *text, size_t len)
{
    const struct op *op = run->op;
    size_t offset = WORLD_TEXT + (op->addr & 64 ? 3 * PAGE_SIZE - len : 0);
    memcpy(world_mem(run->world, run->slot, offset), text, len);
    world_touched(run->world, run->slot, offset, len);
    m->ool_ptr = (void *)(WORLD_BASE(run->slot + 2) + offset);
    m->ool_len = len;
    if (op->addr % 64 >= 2 && op->addr % 64 < 10)
        m->ool_ptr = (void *)run_address(run, op->addr, len);
    if (op->len % 32 >= 24)
        m->ool_len = run_length(run, op->len % 32 - 8, 64);
}

static void put_name(struct run *run, struct message *m)
{
    const struct op *op = run->op;
    if (op->a % 32 < RUN_NUM_NAMES) {
        const char *name = run_names[op->a % 32];
        put_text(run, m, name, strlen(name) + (op->b >> 7));
    } else {
        char text[9] = {0};
        memcpy(text, &op->value, 8);
        put_text(run, m, text, op->len % 10);
    }
}

void op_name(struct run *run, int type)
{
    struct message m = {.type = type};
    put_name(run, &m);
    if (type == DISCOVERY_LOOKUP_MSG) {
        m.discovery_lookup.timeout_ms = run->op->b & 1 ? run->op->b * 10u : 0;
        m.discovery_lookup.except = run->op->b & 2 ? run->target : 0;
    }
    run_step(run, &m);
}

void op_launch(struct run *run)
{
    static char text[MODEL_TEXT + 8];
    const struct op *op = run->op;
    struct message m = {.type = TASK_LAUNCH_MSG};
    if (op->a % 4) {
        put_name(run, &m);
    } else {
        memset(text, 'x', sizeof(text));
        put_text(run, &m, text, MODEL_TEXT - 1 + op->b % 4);
    }
    run_step(run, &m);
}

void op_about_task(struct run *run, int type)
{
    struct message m = {.type = type};
    m.task_watch.task = run->target; // first field of all of them
    run_step(run, &m);
}

void op_pages(struct run *run)
{
    const struct op *op = run->op;
    struct message m = {.type = VM_ALLOC_PAGES_MSG};
    m.vm_alloc_pages.num_pages = op->len % 4 ? op->len : run_lengths[op->b % RUN_NUM_LENGTHS];
    m.vm_alloc_pages.paddr = op->a > 250;
    run_step(run, &m);
}

static int segment_id(struct run *run)
{
    const struct op *op = run->op;
    struct world *world = run->world;
    unsigned age = op->a % 8;
    if (age < world->num_segments)
        return world->last_segments[(world->num_segments - 1 - age) % 8];
    return (int)op->value;
}

void op_shm(struct run *run, int type)
{
    const struct op *op = run->op;
    struct message m = {.type = type};
    if (type == SHM_CREATE_MSG) {
        m.shm_create.size = op->len % 4 ? op->len * 1000u : run_lengths[op->a % RUN_NUM_LENGTHS];
    } else {
        m.shm_map.shm_id = segment_id(run); // first field of both
        if (type == SHM_MAP_MSG)            // any byte in place of a bool
            memcpy(m.raw + offsetof(struct shm_map_fields, writable), &op->b, 1);
    }
    run_step(run, &m);
}

void op_nop(struct run *run)
{
    const struct op *op = run->op;
    struct message m = {.type = BENCHMARK_NOP_MSG};
    if (op->kind % OP_NUM == OP_NOP) {
        m.benchmark_nop.value = (int)op->value;
    } else {
        m.type = BENCHMARK_NOP_WITH_OOL_MSG;
        m.ool_len = run_length(run, op->len, 131072);
        m.ool_ptr = (void *)run_address(run, op->addr, m.ool_len);
    }
    run_step(run, &m);
}

void op_fail(struct run *run)
{
    static const error_t errors[] = {ERR_NO_MEMORY, ERR_NOT_FOUND, ERR_NOT_PERMITTED,
                                     ERR_TOO_LARGE};
    error_t error = errors[run->op->b % 4];
    error_t *which[] = {&run->world->memfd_error, &run->world->launch_error,
                        &run->world->destroy_error};
    *which[run->op->a % 3] = error;
}

void op_raw(struct run *run)
{
    struct message m = {.type = 0};
    size_t len = MIN(run->size - run->next, sizeof(m));
    memcpy(&m, run->data + run->next, len);
    run->next += sizeof(m);
    m.src = 0;
    if ((m.type == OOL_SEND_MSG || m.type == OOL_RECV_MSG) && m.ool_send.len > 4096 &&
        m.ool_send.len < MODEL_PAYLOAD)
        m.ool_send.len &= 0xfff;
    run_step(run, &m);
}
