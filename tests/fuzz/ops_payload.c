// Operations of the vm target: receive buffers, payloads, pages, time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

void op_register(struct run *run)
{
    const struct op *op = run->op;
    struct message m = {.type = OOL_RECV_MSG};
    enum ool_region standing = op->a & 8 ? OOL_REGION_SHARED : OOL_REGION_STANDING;
    m.ool_recv.region = op->a % 8 < 3 ? op->a % 8 : op->a % 8 < 7 ? (unsigned)standing : op->b;
    m.ool_recv.src = run->target;
    size_t limit = run->world->model.tasks[run->slot].limit;
    if (op->len < 64)
        m.ool_recv.len = run_length(run, op->len, limit);
    else
        m.ool_recv.len = op->len == 254 ? limit : MIN(limit, (size_t)op->len * 16);
    m.ool_recv.addr = op->addr < 16 ? run_address(run, op->addr, m.ool_recv.len)
                                    : WORLD_BASE(run->slot + 2) + (op->addr % 8 + 1) * PAGE_SIZE;
    run_step(run, &m);
}

// Bit 0 of `a`: do not block; bit 1: a reply.
static unsigned send_flags(const struct op *op)
{
    return op->a & 1 ? OOL_NOBLOCK | (op->a & 2 ? OOL_REPLY : 0) : 0;
}

void op_send(struct run *run)
{
    const struct op *op = run->op;
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = run->target;
    m.ool_send.len = run_length(run, op->len, run_limit(run, run->target));
    m.ool_send.addr = run_address(run, op->addr, m.ool_send.len);
    m.ool_send.flags = op->b > 250 ? op->b : send_flags(op);
    m.ool_send.count = op->b >> 1 & 1;
    run_step(run, &m);
}

void op_send_many(struct run *run)
{
    const struct op *op = run->op;
    struct message m = {.type = OOL_SEND_MSG};
    vaddr_t *addr[] = {&m.ool_send.addr, &m.ool_send.addr2, &m.ool_send.addr3, &m.ool_send.addr4};
    size_t *len[] = {&m.ool_send.len, &m.ool_send.len2, &m.ool_send.len3, &m.ool_send.len4};
    m.ool_send.dst = run->target;
    m.ool_send.count = op->b % 8 == 7 ? op->b : op->b % 8;
    m.ool_send.flags = send_flags(op);
    for (unsigned k = 0; k < 4; k++) {
        uint8_t class = (uint8_t)(op->value >> (k * 8));
        bool odd = op->len >> k & 1;
        *len[k] = odd ? run_length(run, class, run_limit(run, run->target)) : class;
        *addr[k] = odd ? run_address(run, op->addr, *len[k])
                       : WORLD_BASE(run->slot + 2) + WORLD_SOURCE + k * 4000;
    }
    run_step(run, &m);
}

void op_verify(struct run *run)
{
    const struct op *op = run->op;
    const struct model *model = &run->world->model;
    struct message m = {.type = OOL_VERIFY_MSG};
    m.ool_verify.src = run->target;
    m.ool_verify.id = op->value;
    if (op->a % 16 < model->num_ids) {
        const struct model_id *id = &model->ids[model->num_ids - 1 - op->a % 16];
        struct model_task *dst = model_task(&run->world->model, id->dst);
        m.ool_verify.id = id->id ^ (op->b % 8 == 1);
        if (op->b % 8 != 2)
            m.ool_verify.src = id->src;
        if (op->b % 8 != 3 && dst)
            run->actor = id->dst;
        for (unsigned k = 0; dst && k < NUM_BUFFERS; k++) {
            if (dst->buffers[k].use == MODEL_RESERVED && dst->buffers[k].id == id->id)
                m.ool_verify.len = dst->buffers[k].len[0];
        }
    }
    if (op->b % 8 == 4)
        m.ool_verify.len += 1;
    run_step(run, &m);
}

static uint64_t next_word(struct run *run)
{
    const struct op *op = run->op;
    uint32_t episode = wait_word_episode(run->world->tasks[run->slot].word);
    if (op->b > 250)
        return op->value; // a task may write anything there
    return wait_word((enum wait_kind)(op->a % 6), episode + !(op->b & 1), run->target);
}

void op_wait(struct run *run)
{
    world_word(run->world, run->slot, next_word(run));
}

void op_race(struct run *run)
{
    run->world->tasks[run->slot].race = next_word(run);
}

void op_copied(struct run *run)
{
    const struct op *op = run->op;
    unsigned k = op->a % NUM_BUFFERS;
    uint64_t id = op->b & 1 ? op->value : run->world->model.tasks[run->slot].buffers[k].id;
    if (op->b & 2)
        run->world->tasks[run->slot].race_copied[k] = id;
    else
        world_copied_out(run->world, run->slot, k, id);
}

void op_short(struct run *run)
{
    run->world->short_after = run->op->a % 8 + 1;
    run->world->short_by = run->op->value % 5000 + 1;
}

void op_random(struct run *run)
{
    run->world->few_random = run->op->a % 16;
}

void op_protect(struct run *run)
{
    const struct op *op = run->op;
    static const unsigned pages[] = {WORLD_SOURCE / PAGE_SIZE, WORLD_TEXT / PAGE_SIZE, 1, 2};
    unsigned page = (pages[op->addr % 4] + op->addr / 4 % 32) % WORLD_PAGES;
    world_protect(run->world, run->slot, page, (enum world_access)(op->a % 4));
}

void op_time(struct run *run)
{
    struct world *world = run->world;
    const struct op *op = run->op;
    uint64_t deadline = world_deadline(world);
    const uint64_t steps[] = {1000000,
                              1,
                              100000000,
                              WORLD_REVOKE_NS / 2,
                              WORLD_REVOKE_NS,
                              WORLD_REVOKE_NS * 3,
                              op->value % 4000000000u};
    if (op->a % 8 < 7)
        world->now_ns += steps[op->a % 8];
    else if (deadline != UINT64_MAX && deadline > world->now_ns)
        world->now_ns = deadline - (op->b >> 1 & 1);
    model_time(&world->model, world->now_ns);
    if (op->b & 4)
        world->model.tasks[run->slot].rounds += op->len;
    if (!(op->b & 1))
        world_tick(world);
}

void op_copy(struct run *run)
{
    unsigned n = run->op->a % 8 + 1;
    while (world_copy_step(run->world) && n > 0)
        n--;
}
