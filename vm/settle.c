// Serves senders that wait for a buffer of a receiver, and revokes reservations that make them
// wait.
//
// One rule covers every event. Any change that may make a buffer usable marks the receiver
// (vm_queue_touch()). Before the core returns, it serves the senders of each marked receiver in the
// order of their arrival, until no buffer is left or no sender fits. So no sender is ever left
// blocked while the open buffer is armed.
//
// Some changes happen without a message to vm: the receiver's page changes when it begins to wait
// for one task (which makes the closed buffer usable), or when it has copied out a payload. Both
// sides publish, then look. vm stores the count of blocked senders, then reads the page again. The
// receiver stores its page, then reads the count, and sends ool.recv if the count is not zero.
// Whatever the order, one of the two sees the other.
#include "internal.h"

// Goes through the queue once. Stops if a copy was cancelled: its sender is now first in the queue.
static void serve(struct vm *vm, struct vm_task *dst, uint64_t word)
{
    dst->requeued = false;
    LIST_FOR_EACH (sender, &dst->blocked, struct vm_task, link) {
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
    // The wait word is read once. With the same word the closed buffer cannot be taken away a
    // second time, so this loop ends even if the receiver changes its page all the time.
    uint64_t word = vm->env->wait_word(vm->ctx, dst->id);
    vm_landing_look(vm, dst);
    do {
        serve(vm, dst, word);
    } while (dst->requeued);
}

// Starts or stops the clock of a reservation in the open buffer. It runs only while other senders
// wait; a reservation that holds up no sender may stay for ever.
static void watch_reservation(struct vm *vm, struct vm_task *dst)
{
    struct vm_landing *open = &dst->landing[OOL_OPEN];
    bool reserved = open->state == LANDING_RESERVED && !open->orphan;
    if (!reserved || (!dst->num_blocked && !dst->refused)) {
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
    if (dst->num_blocked)
        serve_all(vm, dst);
    // Publish, then look again. Serving never increases the count, so this loop ends.
    while (dst->published != dst->num_blocked) {
        dst->published = dst->num_blocked;
        vm->env->publish_blocked(vm->ctx, dst->id, dst->num_blocked);
        if (dst->num_blocked)
            serve_all(vm, dst);
    }
    watch_reservation(vm, dst);
}

void vm_settle(struct vm *vm)
{
    struct vm_task *dst;
    while ((dst = LIST_POP_FRONT(&vm->dirty, struct vm_task, dirty_link))) {
        // Cleared last, so that changes that settle_one() makes do not mark `dst` again. It has
        // looked at them, and if the page changed each time, this loop would never end.
        settle_one(vm, dst);
        dst->dirty = false;
    }
}

// Whether the receiver would have taken the reservation's message if it had come. Either it has
// been in the same open receive for the whole period. Or, if a timer or other clients wake it again
// and again, it has looked at all its channels since the end of the first period and has taken
// everything that was there. If the receiver was busy, no reservation is overdue.
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
                continue; // its message was taken
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
