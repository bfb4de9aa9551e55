// The table of operations.
#include <stdio.h>
#include "run.h"

static const struct {
    const char *name;
    void (*perform)(struct run *run);
    void (*perform_type)(struct run *run, int type);
    int type;
} kinds[OP_NUM] = {
    [OP_START] = {"start", op_start, NULL, 0},
    [OP_DIE] = {"die", op_die, NULL, 0},
    [OP_MAY_SERVE] = {"may_serve", op_may_serve, NULL, 0},
    [OP_LAUNCHED] = {"launched", op_launched, NULL, 0},
    [OP_REGISTER] = {"register", op_register, NULL, 0},
    [OP_SEND] = {"send", op_send, NULL, 0},
    [OP_SEND_MANY] = {"send_many", op_send_many, NULL, 0},
    [OP_VERIFY] = {"verify", op_verify, NULL, 0},
    [OP_WAIT] = {"wait", op_wait, NULL, 0},
    [OP_RACE] = {"race", op_race, NULL, 0},
    [OP_COPY] = {"copy", op_copy, NULL, 0},
    [OP_TIME] = {"time", op_time, NULL, 0},
    [OP_PROTECT] = {"protect", op_protect, NULL, 0},
    [OP_SHORT] = {"short", op_short, NULL, 0},
    [OP_RANDOM] = {"random", op_random, NULL, 0},
    [OP_SERVE] = {"serve", NULL, op_name, DISCOVERY_SERVE_MSG},
    [OP_LOOKUP] = {"lookup", NULL, op_name, DISCOVERY_LOOKUP_MSG},
    [OP_ALLOC] = {"alloc", NULL, op_about_task, TASK_ALLOC_MSG},
    [OP_FREE] = {"free", NULL, op_about_task, TASK_FREE_MSG},
    [OP_LAUNCH] = {"launch", op_launch, NULL, 0},
    [OP_WATCH] = {"watch", NULL, op_about_task, TASK_WATCH_MSG},
    [OP_UNWATCH] = {"unwatch", NULL, op_about_task, TASK_UNWATCH_MSG},
    [OP_PULL] = {"pull", NULL, op_about_task, ASYNC_MSG},
    [OP_PAGES] = {"pages", op_pages, NULL, 0},
    [OP_CREATE] = {"create", NULL, op_shm, SHM_CREATE_MSG},
    [OP_MAP] = {"map", NULL, op_shm, SHM_MAP_MSG},
    [OP_CLOSE] = {"close", NULL, op_shm, SHM_CLOSE_MSG},
    [OP_NOP] = {"nop", op_nop, NULL, 0},
    [OP_NOP_OOL] = {"nop_with_ool", op_nop, NULL, 0},
    [OP_FAIL] = {"fail", op_fail, NULL, 0},
    [OP_KERNEL] = {"kernel", op_kernel, NULL, 0},
    [OP_RAW] = {"raw", op_raw, NULL, 0},
    [OP_PART] = {"part", op_part, NULL, 0},
    [OP_COPIED] = {"copied", op_copied, NULL, 0},
};

const char *run_kind(unsigned kind)
{
    return kinds[kind % OP_NUM].name;
}

void run_print(const struct op *op)
{
    fprintf(stderr, "  %-12s actor %u target %u addr %u len %u gen 0x%x a %u b %u value 0x%llx\n",
            kinds[op->kind % OP_NUM].name, op->actor % MODEL_TASKS, op->target, op->addr, op->len,
            op->gen, op->a, op->b, (unsigned long long)op->value);
}

void run_perform(struct run *run)
{
    const struct op *op = run->op;
    unsigned kind = op->kind % OP_NUM;
    run->slot = op->actor % MODEL_TASKS;
    if (kind == OP_START || kind == OP_DIE)
        run->actor = run->world->model.tasks[run->slot].id;
    else
        run->actor = run_task(run->world, run->slot, op->gen >> 4);
    run->target = run_target(run);
    if (kinds[kind].perform)
        kinds[kind].perform(run);
    else
        kinds[kind].perform_type(run, kinds[kind].type);
}
