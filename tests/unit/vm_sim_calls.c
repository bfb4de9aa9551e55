// What tests ask of vm, as a task's library would. See vm_sim.h.
#include "vm_sim.h"

int sim_answer(struct sim *sim, task_t actor, struct message *m)
{
    struct sim_task *task = sim_find(sim, actor);
    ck_assert_uint_le(task->replies, 1);
    if (!task->replies)
        return SIM_PARKED;
    task->replies = 0;
    *m = task->reply;
    return m->type < 0 ? m->type : OK;
}

int sim_call(struct sim *sim, task_t actor, struct message *m)
{
    struct sim_task *task = sim_find(sim, actor);
    ck_assert_uint_eq(task->replies, 0);
    vm_step(sim->vm, actor, m);
    vm_check(sim->vm);
    return sim_answer(sim, actor, m);
}

void sim_copy(struct sim *sim)
{
    while (vm_copy_pending(sim->vm)) {
        vm_copy_step(sim->vm);
        vm_check(sim->vm);
    }
}

void sim_advance(struct sim *sim, uint64_t ns)
{
    uint64_t end = sim->now_ns + ns;
    while (vm_deadline(sim->vm) <= end) {
        uint64_t deadline = vm_deadline(sim->vm);
        sim->now_ns = MAX(sim->now_ns, deadline);
        vm_tick(sim->vm);
        vm_check(sim->vm);
        ck_assert(vm_deadline(sim->vm) > deadline);
    }
    sim->now_ns = end;
}

int sim_register(struct sim *sim, task_t task, enum ool_region region, vaddr_t addr, size_t len)
{
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.addr = addr;
    m.ool_recv.len = len;
    m.ool_recv.region = region;
    return sim_call(sim, task, &m);
}

int sim_announce(struct sim *sim, task_t task, task_t src)
{
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.region = OOL_REGION_ANNOUNCE;
    m.ool_recv.src = src;
    return sim_call(sim, task, &m);
}

int sim_placed(struct sim *sim, task_t src, uint64_t *id)
{
    struct message m;
    int err = sim_answer(sim, src, &m);
    if (err == OK) {
        ck_assert_int_eq(m.type, OOL_SEND_REPLY_MSG);
        *id = m.ool_send_reply.id;
    }
    return err;
}

int sim_send(struct sim *sim, task_t src, task_t dst, vaddr_t addr, size_t len, unsigned flags,
             uint64_t *id)
{
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dst;
    m.ool_send.addr = addr;
    m.ool_send.len = len;
    m.ool_send.flags = flags;
    int err = sim_call(sim, src, &m);
    if (err == OK && id)
        *id = m.ool_send_reply.id;
    return err;
}

int sim_place(struct sim *sim, task_t src, task_t dst, size_t len, unsigned seed, uint64_t *id)
{
    sim_fill(sim, src, sim_addr(src, SIM_SOURCE), len, seed);
    return sim_send(sim, src, dst, sim_addr(src, SIM_SOURCE), len, 0, id);
}

int sim_verify(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, vaddr_t *at)
{
    struct message m = {.type = OOL_VERIFY_MSG};
    m.ool_verify.src = src;
    m.ool_verify.id = id;
    m.ool_verify.len = len;
    int err = sim_call(sim, task, &m);
    if (err == OK && at) {
        ck_assert_uint_eq(m.ool_verify_reply.len, len);
        *at = m.ool_verify_reply.received_at;
    }
    return err;
}

void sim_expect(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, unsigned seed)
{
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, task, src, id, len, &at), OK);
    ck_assert(sim_has(sim, task, at, len, seed));
}

int sim_string_call(struct sim *sim, task_t task, int type, const char *text, size_t len,
                    struct message *m)
{
    vaddr_t addr = sim_addr(task, SIM_SOURCE);
    memcpy(sim_mem(sim, task, addr), text, len);
    memset(m, 0, sizeof(*m));
    m->type = type;
    m->ool_ptr = (void *)addr;
    m->ool_len = len;
    return sim_call(sim, task, m);
}
