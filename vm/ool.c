// The messages of namespace ool. Their fields are checked here, before anything is done with them.
//
// Every field is the sender's claim. Sizes are checked against the receiver's limit first, so that
// no later sum can overflow. What vm tells the receiver comes from vm's own record.
#include <string.h>
#include "internal.h"

// --- ool.recv -----------------------------------------------------------------------------------

static bool is_busy(const struct vm_landing *landing)
{
    return landing->state == LANDING_COPYING || landing->state == LANDING_RESERVED;
}

// Forgets all registered memory. Senders that had payloads in it must place them again.
static void unregister(struct vm *vm, struct vm_task *task)
{
    vm_landing_look(vm, task);
    for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++) {
        vm_landing_void(vm, task, &task->landing[k]);
        memset(&task->landing[k], 0, sizeof(task->landing[k]));
    }
}

static error_t recv_standing(struct vm *vm, struct vm_task *task, vaddr_t addr, size_t len,
                             bool shared)
{
    size_t stride = ool_buffer_stride(len);
    if (!IS_ALIGNED(addr, PAGE_SIZE) || addr + OOL_NUM_BUFFERS * stride < addr)
        return ERR_INVALID_ARG;
    unregister(vm, task);
    uint8_t *mapped = shared ? vm->env->landing(vm->ctx, task->id, OOL_NUM_BUFFERS * stride) : NULL;
    for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++) {
        struct vm_landing *landing = &task->landing[k];
        landing->state = LANDING_ARMED;
        landing->addr = addr + k * stride + sizeof(struct ool_receipt);
        landing->cap = len;
        landing->has_receipt = true;
        landing->mapped = mapped ? mapped + k * stride + sizeof(struct ool_receipt) : NULL;
    }
    return OK;
}

// The form of the original specification: one buffer for one payload, of any source.
static error_t recv_single(struct vm *vm, struct vm_task *task, vaddr_t addr, size_t len)
{
    if (addr + len + 1 < addr)
        return ERR_INVALID_ARG;
    // A task that registers its buffer before every receive may do so when a payload has been
    // placed and its message has not arrived yet. The buffer stays as it is then.
    struct vm_landing *open = &task->landing[OOL_OPEN];
    if (!open->has_receipt && is_busy(open) && !open->orphan && open->addr == addr &&
        open->cap == len)
        return OK;
    unregister(vm, task);
    open->state = LANDING_ARMED;
    open->addr = addr;
    open->cap = len;
    return OK;
}

error_t vm_on_ool_recv(struct vm *vm, struct vm_task *task, const struct message *m,
                       __unused struct message *reply)
{
    // Each form may let blocked senders go on.
    vm_queue_touch(vm, task);
    if (m->ool_recv.region == OOL_REGION_ANNOUNCE)
        return OK; // the page says what the task waits for
    vaddr_t addr = m->ool_recv.addr;
    size_t len = m->ool_recv.len;
    if (m->ool_recv.region > OOL_REGION_SHARED || addr == 0 || len == 0)
        return ERR_INVALID_ARG;
    if (len > task->ool_len)
        return ERR_TOO_LARGE;
    if (m->ool_recv.region == OOL_REGION_SINGLE)
        return recv_single(vm, task, addr, len);
    return recv_standing(vm, task, addr, len, m->ool_recv.region == OOL_REGION_SHARED);
}

// --- ool.send -----------------------------------------------------------------------------------

static error_t parse_send(struct vm *vm, struct vm_task *task, const struct message *m,
                          struct vm_send *send)
{
    memset(send, 0, sizeof(*send));
    send->dst = vm_task_find(vm, m->ool_send.dst);
    if (!send->dst || send->dst == task)
        return ERR_INVALID_TASK;
    // Without a channel the message cannot follow, and would leave the buffer occupied.
    if (!vm->env->may_talk(vm->ctx, task->id, send->dst->id))
        return ERR_NOT_PERMITTED;
    send->count = m->ool_send.count ? m->ool_send.count : 1;
    unsigned flags = m->ool_send.flags;
    bool known = flags == 0 || flags == OOL_NOBLOCK || flags == (OOL_NOBLOCK | OOL_REPLY);
    if (send->count > MSG_MAX_PAYLOADS || !known)
        return ERR_INVALID_ARG;
    send->noblock = flags & OOL_NOBLOCK;
    send->crossing = flags == OOL_NOBLOCK;

    const vaddr_t addrs[] = {m->ool_send.addr, m->ool_send.addr2, m->ool_send.addr3,
                             m->ool_send.addr4};
    const size_t lens[] = {m->ool_send.len, m->ool_send.len2, m->ool_send.len3, m->ool_send.len4};
    size_t limit = send->dst->ool_len;
    size_t offset = 0;
    for (unsigned i = 0; i < send->count; i++) {
        // Sizes are checked first: then `offset` stays below four times VM_MAX_OOL_LEN.
        if (lens[i] > limit)
            return ERR_TOO_LARGE;
        if (lens[i] > 0 && (addrs[i] == 0 || addrs[i] + lens[i] < addrs[i]))
            return ERR_INVALID_ARG;
        send->addrs[i] = addrs[i];
        send->lens[i] = lens[i];
        send->total = offset + lens[i];
        offset = vm_landing_next_offset(offset, lens[i]);
    }
    return send->total > limit ? ERR_TOO_LARGE : OK;
}

error_t vm_on_ool_send(struct vm *vm, struct vm_task *task, const struct message *m,
                       __unused struct message *reply)
{
    OK_OR_RETURN(parse_send(vm, task, m, &task->send));
    // The sender goes to the end of the queue even if a buffer is free: vm_settle() serves it then,
    // or refuses it if it may not block.
    vm_queue_push(vm, task, false);
    return DONT_REPLY;
}

// --- ool.verify ---------------------------------------------------------------------------------

static struct vm_landing *find_reserved(struct vm_task *task, task_t src, uint64_t id)
{
    for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++) {
        struct vm_landing *landing = &task->landing[k];
        if (landing->state == LANDING_RESERVED && landing->id == id && landing->src == src)
            return landing;
    }
    return NULL;
}

static bool was_revoked(struct vm *vm, const struct vm_task *task, task_t src, uint64_t id)
{
    struct vm_task *sender = vm_task_find(vm, src);
    for (unsigned i = 0; id && sender && i < VM_MAX_REVOKED; i++) {
        if (sender->revoked[i].dst == task->id && sender->revoked[i].id == id)
            return true;
    }
    return false;
}

// The receiver owns the buffer until its page reports copied_out; for the closed buffer, at the
// latest until its next wait. `episode` records the current wait, because the payload may have been
// placed for an earlier one.
static void hand_over(struct vm *vm, struct vm_task *task, struct vm_landing *landing)
{
    if (!landing->has_receipt) {
        memset(landing, 0, sizeof(*landing)); // single form: the program owns the memory again
        return;
    }
    landing->state = LANDING_OUT;
    landing->orphan = false;
    landing->episode = wait_word_episode(vm->env->wait_word(vm->ctx, task->id));
}

error_t vm_on_ool_verify(struct vm *vm, struct vm_task *task, const struct message *m,
                         struct message *reply)
{
    task_t src = m->ool_verify.src;
    uint64_t id = m->ool_verify.id;
    vm_landing_look(vm, task);
    struct vm_landing *landing = find_reserved(task, src, id);
    if (!landing)
        return was_revoked(vm, task, src, id) ? ERR_TRY_AGAIN : ERR_NOT_FOUND;

    task->refused = false;
    vm_queue_touch(vm, task);
    if (m->ool_verify.len != landing->lens[0]) {
        // The message claims another length than its sender placed. The receiver drops the message,
        // so the buffer is freed here.
        vm_landing_clear(task, landing);
        return ERR_INVALID_ARG;
    }

    reply->ool_verify_reply.received_at = landing->addr;
    reply->ool_verify_reply.count = landing->count;
    reply->ool_verify_reply.len = landing->lens[0];
    reply->ool_verify_reply.len2 = landing->lens[1];
    reply->ool_verify_reply.len3 = landing->lens[2];
    reply->ool_verify_reply.len4 = landing->lens[3];
    hand_over(vm, task, landing);
    return OK;
}

// --- Payloads of vm's own, and the end of a task ------------------------------------------------

error_t vm_ool_place_own(struct vm *vm, struct vm_task *task, const void *data, size_t len,
                         uint64_t *id)
{
    uint64_t word = vm->env->wait_word(vm->ctx, task->id);
    vm_landing_look(vm, task);
    struct vm_landing *landing = vm_landing_choose(vm, task, VM_TASK, false, word);
    vm_queue_touch(vm, task);
    if (!landing)
        return ERR_WOULD_BLOCK;
    if (len > landing->cap)
        return ERR_TOO_LARGE;
    vm_landing_take(vm, task, landing, VM_TASK, 1, &len);
    bool placed = vm_landing_begin(vm, task->id, landing);
    if (placed) {
        memcpy(vm_landing_stage(vm, landing, 0), data, len);
        placed = vm_landing_write_first(vm, task->id, landing, len);
    }
    if (!placed) {
        vm_landing_clear(task, landing);
        return ERR_ABORTED;
    }
    vm_landing_reserve(task, landing);
    *id = landing->id;
    return OK;
}

static void sender_ended(struct vm *vm, struct vm_task *task)
{
    if (task->wait == VM_BLOCKED) {
        vm_queue_unlink(vm, task);
    } else if (task->wait == VM_COPYING) {
        struct vm_landing *landing = task->send.landing;
        vm_queue_end_copy(task);
        vm_landing_clear(task->send.dst, landing);
        vm_queue_touch(vm, task->send.dst);
    }

    // From now on its reservations hold up no sender. But their messages may be in a channel
    // already (a server's last answer), so a payload stays until another sender needs the buffer.
    VM_FOR_EACH(vm, dst)
    {
        for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++) {
            struct vm_landing *landing = &dst->landing[k];
            if (landing->state != LANDING_RESERVED || landing->src != task->id)
                continue;
            landing->orphan = true;
            vm_queue_touch(vm, dst);
        }
    }
}

static void receiver_ended(struct vm *vm, struct vm_task *task)
{
    VM_FOR_EACH(vm, sender)
    {
        bool blocked = sender->wait == VM_BLOCKED;
        if ((!blocked && sender->wait != VM_COPYING) || sender->send.dst != task)
            continue;
        if (blocked)
            vm_queue_unlink(vm, sender);
        else
            vm_queue_end_copy(sender);
        vm_answer_err(vm, sender, ERR_ABORTED);
    }
    if (task->published)
        vm->env->publish_blocked(vm->ctx, task->id, 0);
}

void vm_ool_task_ended(struct vm *vm, struct vm_task *task)
{
    sender_ended(vm, task);
    receiver_ended(vm, task);
    list_remove(&task->dirty_link); // last, because unlinking a sender marks the task
}
