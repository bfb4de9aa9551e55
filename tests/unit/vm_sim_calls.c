// Makes requests to vm as a task's library would. See vm_sim.h.
#include "vm_sim.h"

int sim_answer(struct sim *sim, task_t actor, struct message *m)
{
    struct sim_task *task = sim_find(sim, actor);
    ck_assert_uint_le(task->replies, 1);
    if (!task->replies)
        return SIM_BLOCKED;
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
    // vm.cmake runs all tests with both kinds of standing memory.
    bool shared = region == OOL_REGION_STANDING && getenv("VM_SIM_SHARED");
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.addr = addr;
    m.ool_recv.len = len;
    m.ool_recv.region = shared ? OOL_REGION_SHARED : region;
    int err = sim_call(sim, task, &m);
    if (err == OK) {
        sim_find(sim, task)->region = region == OOL_REGION_STANDING ? addr : 0;
        sim_find(sim, task)->stride = ool_buffer_stride(len);
    }
    return err;
}

vaddr_t sim_buffer(task_t id, unsigned k)
{
    return sim_addr(id, PAGE_SIZE) + k * ool_buffer_stride(SIM_LIMIT) + sizeof(struct ool_receipt);
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
    if (err != OK)
        return err;
    ck_assert_uint_eq(m.ool_verify_reply.len, len);
    if (at)
        *at = m.ool_verify_reply.received_at;
    else
        sim_copied_out(sim, task, m.ool_verify_reply.received_at);
    return OK;
}

static struct ool_receipt *receipt_of(struct sim *sim, const struct sim_task *task, unsigned k)
{
    return (struct ool_receipt *)(void *)sim_mem(sim, task->id, task->region + k * task->stride);
}

static void publish_copied_out(struct sim *sim, struct sim_task *task, unsigned k)
{
    struct ool_receipt *receipt = receipt_of(sim, task, k);
    task->copied_out[k] = receipt->id;
    receipt->id = 0;
    if (task->blocked)
        ck_assert_int_eq(sim_announce(sim, task->id, 0), OK);
}

void sim_copied_out(struct sim *sim, task_t id, vaddr_t at)
{
    struct sim_task *task = sim_find(sim, id);
    for (unsigned k = 0; task->region && k < OOL_NUM_BUFFERS; k++) {
        if (at == task->region + k * task->stride + sizeof(struct ool_receipt))
            publish_copied_out(sim, task, k);
    }
}

static unsigned find_receipt(struct sim *sim, const struct sim_task *task, task_t src, uint64_t id)
{
    unsigned k = task->region ? 0 : OOL_NUM_BUFFERS;
    while (k < OOL_NUM_BUFFERS &&
           (receipt_of(sim, task, k)->id != id || receipt_of(sim, task, k)->src != src))
        k++;
    return k;
}

const struct ool_receipt *sim_receipt(struct sim *sim, task_t id, task_t src, uint64_t nonce)
{
    struct sim_task *task = sim_find(sim, id);
    unsigned k = find_receipt(sim, task, src, nonce);
    return k < OOL_NUM_BUFFERS ? receipt_of(sim, task, k) : NULL;
}

bool sim_take(struct sim *sim, task_t id, task_t src, uint64_t nonce, size_t len, unsigned seed)
{
    struct sim_task *task = sim_find(sim, id);
    unsigned k = find_receipt(sim, task, src, nonce);
    if (k == OOL_NUM_BUFFERS)
        return false;
    ck_assert_uint_eq(receipt_of(sim, task, k)->count, 1);
    ck_assert_uint_eq(receipt_of(sim, task, k)->lens[0], len);
    vaddr_t at = task->region + k * task->stride + sizeof(struct ool_receipt);
    ck_assert(sim_has(sim, id, at, len, seed));
    publish_copied_out(sim, task, k);
    return true;
}

void sim_expect(struct sim *sim, task_t task, task_t src, uint64_t id, size_t len, unsigned seed)
{
    vaddr_t at = 0;
    ck_assert_int_eq(sim_verify(sim, task, src, id, len, &at), OK);
    ck_assert(sim_has(sim, task, at, len, seed));
    sim_copied_out(sim, task, at);
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
