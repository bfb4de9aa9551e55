// Senders that wait for a buffer of a receiver, and reservations that make them wait.
//
// One rule covers every event: whatever may make a buffer free for somebody marks the receiver
// (vm_queue_touch()), and before the core returns, each marked receiver is served in the order of
// arrival until its buffers are used or nobody fits. So there is no state at rest in which a sender
// is parked although the open buffer is armed.
//
// A buffer becomes usable by an event that vm is not told of: the receiver's page changes. It waits
// for somebody (the closed buffer), or has copied out what was there. Both sides publish, then
// look: vm stores the count of parked senders, then reads the page again; the receiver stores its
// page, then reads the count, and announces itself (ool.recv) when it is not zero. Whatever the
// order, one of the two sees the other.
#include "internal.h"

// Serves the queue once, as far as the buffers go. Stops at a cancelled copy, whose sender is now
// the first of the queue.
static void serve(struct vm *vm, struct vm_task *dst, uint64_t word)
{
    dst->requeued = false;
    LIST_FOR_EACH (sender, &dst->parked, struct vm_task, link) {
        struct vm_landing *landing =
            vm_landing_choose(vm, dst, sender->id, sender->send.crossing, word);
        if (landing) {
            vm_queue_unlink(vm, sender);
            vm_copy_start(vm, sender, landing);
        } else if (sender->send.noblock) {
            vm_queue_unlink(vm, sender);
            dst->refused = true;
            vm_answer_err(vm, sender, ERR_WOULD_BLOCK);
        }
        if (dst->requeued)
            return;
    }
}

static void serve_all(struct vm *vm, struct vm_task *dst)
{
    // With the same word the closed buffer cannot be taken away a second time, so this ends, also
    // when the receiver changes its page without pause.
    uint64_t word = vm->env->wait_word(vm->ctx, dst->id);
    vm_landing_look(vm, dst);
    do {
        serve(vm, dst, word);
    } while (dst->requeued);
}

// A reservation that nobody else waits for may stay for ever.
static void watch_reservation(struct vm *vm, struct vm_task *dst)
{
    struct vm_landing *open = &dst->landing[OOL_OPEN];
    bool reserved = open->state == LANDING_RESERVED && !open->orphan;
    if (!reserved || (!dst->num_parked && !dst->refused)) {
        dst->patience.deadline_ns = 0;
        return;
    }
    if (dst->patience.deadline_ns)
        return;
    dst->patience.id = open->id;
    dst->patience.word = vm->env->wait_word(vm->ctx, dst->id);
    dst->patience.late = false;
    dst->patience.deadline_ns = vm->env->now_ns(vm->ctx) + VM_REVOKE_NS;
    vm_need_tick(vm, dst->patience.deadline_ns);
}

static void settle_one(struct vm *vm, struct vm_task *dst)
{
    if (dst->num_parked)
        serve_all(vm, dst);
    // Publish, then look again. Serving never makes the count grow, so this ends.
    while (dst->published != dst->num_parked) {
        dst->published = dst->num_parked;
        vm->env->publish_parked(vm->ctx, dst->id, dst->num_parked);
        if (dst->num_parked)
            serve_all(vm, dst);
    }
    watch_reservation(vm, dst);
}

void vm_settle(struct vm *vm)
{
    struct vm_task *dst;
    while ((dst = LIST_POP_FRONT(&vm->dirty, struct vm_task, dirty_link))) {
        // Cleared last: what settle_one() itself changes at `dst` it has looked at. To look again
        // would never end if the page said something else each time.
        settle_one(vm, dst);
        dst->dirty = false;
    }
}

// Whether the receiver would have taken the reservation's message, had it come: it has been in the
// same open receive for the whole period; or, if something else (a timer, other clients) wakes it
// again and again, it has looked at all its channels since the end of the first period and has
// taken what was there. A receiver that is busy with one thing revokes nobody.
static bool is_overdue(struct vm *vm, const struct vm_task *dst, uint64_t word)
{
    const struct vm_patience *patience = &dst->patience;
    if (word == patience->word && wait_word_kind(word) == WAIT_OPEN)
        return true;
    uint32_t served = vm->env->rounds(vm->ctx, dst->id).served;
    return patience->late && (int32_t)(served - patience->begun) >= VM_REVOKE_ROUNDS;
}

void vm_settle_tick(struct vm *vm, uint64_t now_ns)
{
    VM_FOR_EACH(vm, dst)
    {
        struct vm_patience *patience = &dst->patience;
        if (!patience->deadline_ns)
            continue;
        if (patience->deadline_ns <= now_ns) {
            uint64_t word = vm->env->wait_word(vm->ctx, dst->id);
            vm_landing_look(vm, dst);
            if (dst->landing[OOL_OPEN].state != LANDING_RESERVED)
                continue; // it was taken, and nobody was parked to be told for
            if (is_overdue(vm, dst, word)) {
                vm->stats.revoked++;
                vm_landing_void(vm, dst, &dst->landing[OOL_OPEN]);
                vm_queue_touch(vm, dst);
                continue;
            }
            if (!patience->late)
                patience->begun = vm->env->rounds(vm->ctx, dst->id).begun;
            patience->late = true;
            patience->word = word;
            patience->deadline_ns = now_ns + VM_REVOKE_NS;
        }
        vm_need_tick(vm, patience->deadline_ns);
    }
}
