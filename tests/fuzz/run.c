// Translates the bytes of an operation into tasks, lengths, addresses and names.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

// --- Classes ------------------------------------------------------------------------------------

void run_start_task(struct world *world, unsigned slot, size_t limit, uint32_t rights)
{
    struct model_task *task = &world->model.tasks[slot];
    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = TASK_MAKE((task_t)task->next_gen, (task_t)slot + 2);
    m.launcher_started.pid = 1000 + (int)slot;
    m.launcher_started.rights = rights;
    m.launcher_started.ool_len = limit;
    snprintf(m.launcher_started.name, sizeof(m.launcher_started.name), "task%u", slot);
    world->tasks[slot].word = world->tasks[slot].race = 0;
    memset(world->tasks[slot].race_copied, 0, sizeof(world->tasks[slot].race_copied));
    world_step(world, KERNEL_TASK, &m);
}

// A task by its slot and a class of generation: the current task (started if it is not alive), the
// one before, or the next one.
task_t run_task(struct world *world, unsigned slot, unsigned gen)
{
    struct model_task *task = &world->model.tasks[slot];
    if (gen == 1 && task->next_gen >= 2)
        return TASK_MAKE((task_t)task->next_gen - 2, (task_t)slot + 2);
    if (gen == 2)
        return TASK_MAKE((task_t)task->next_gen, (task_t)slot + 2);
    if (gen == 3 && task->next_gen >= 1)
        return TASK_MAKE((task_t)task->next_gen - 1, (task_t)slot + 2);
    if (!task->id)
        run_start_task(world, slot, MODEL_PAYLOAD, RIGHT_LAUNCH | RIGHT_DESTROY);
    return task->id;
}

task_t run_target(struct run *run)
{
    const struct op *op = run->op;
    const task_t odd[] = {KERNEL_TASK, VM_TASK,         -1,   INT32_MIN,
                          INT32_MAX,   MODEL_TASKS + 2, 1023, TASK_MAKE(1, 1)};
    if (op->target % 32 >= 24)
        return odd[op->target % 8];
    return run_task(run->world, op->target % MODEL_TASKS, op->gen & 15);
}

const size_t run_lengths[RUN_NUM_LENGTHS] = {0,
                                             1,
                                             7,
                                             15,
                                             16,
                                             100,
                                             4095,
                                             4096,
                                             4097,
                                             8192,
                                             65535,
                                             65536,
                                             65537,
                                             131073,
                                             262145,
                                             1u << 31,
                                             (size_t)1 << 32,
                                             SIZE_MAX,
                                             SIZE_MAX - 15,
                                             (size_t)1 << 30,
                                             ((size_t)1 << 30) + 1,
                                             SIZE_MAX / 2};

// A length; `limit` is the receiver's limit.
size_t run_length(struct run *run, unsigned class, size_t limit)
{
    size_t len;
    if (class < RUN_NUM_LENGTHS)
        len = run_lengths[class];
    else if (class < RUN_NUM_LENGTHS + 3)
        len = limit + class - RUN_NUM_LENGTHS - 1;
    else if (class < 64)
        len = class;
    else
        len = run->op->value & (class < 192 ? 0xff : 0x3fff);
    if (len > 4096 && len <= MODEL_PAYLOAD) { // large copies are slow: only some of them
        if (len > run->world->budget)
            len = 100;
        else
            run->world->budget -= len;
    }
    return len;
}

vaddr_t run_address(struct run *run, unsigned class, size_t len)
{
    vaddr_t base = WORLD_BASE(run->slot + 2);
    vaddr_t small = run->op->value >> 32 & 0xfff;
    switch (class & 31) {
    case 1:
        return base + WORLD_SOURCE + small;
    case 2:
        return base + WORLD_MEM - len; // to the last byte before the guard page
    case 3:
        return base + WORLD_MEM - len + 1;
    case 4:
        return 0;
    case 5:
        return 8;
    case 6:
        return -(vaddr_t)len; // ends at the end of the address space
    case 7:
        return -(vaddr_t)len + 1;
    case 8:
        return -(vaddr_t)len - 1;
    case 9:
        return WORLD_BASE(run->target % 1024 + 2) + WORLD_SOURCE;
    case 10:
        return base + PAGE_SIZE + small; // in its own receive buffers
    case 11:
        return base + WORLD_SOURCE + PAGE_SIZE - 1;
    case 12:
        return base - len; // in the guard page before its memory
    case 13:
        return run->op->value;
    default:
        return base + WORLD_SOURCE;
    }
}

size_t run_limit(struct run *run, task_t id)
{
    const struct model_task *task = model_task(&run->world->model, id);
    if (!task)
        return 100;
    return task->region < 0 ? task->limit : task->region_len;
}

const char *const run_names[RUN_NUM_NAMES] = {
    "a",
    "fs",
    "net",
    "*",
    "a very long name, with as many bytes as there may be in a name..",
    "\xc3\xa4",
    "\xff\xfe",
    "a\tb",
    "",
    "a very long name, with one byte more than there may be in a name..",
    "tcpip",
    "\xed\xa0\x80",
    "\xc2\x85",
    "\xf0\x9f\x8e\x89",
    "\xe2\x82",
    "\x7f",
    "\xf4\x90\x80\x80",
    "\xef\xbf\xbf",
    "\xc0\x80",
    "\xe2\x80\x8b",
    "x",
    "y",
};

void run_step(struct run *run, const struct message *m)
{
    world_step(run->world, run->actor, m);
}
