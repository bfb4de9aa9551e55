// The lists of the core: senders that wait for a buffer of their receiver (blocked), senders whose
// payloads are being copied, and receivers at which something changed (dirty).
#include "internal.h"

void vm_queue_touch(struct vm *vm, struct vm_task *dst)
{
    if (dst->dirty)
        return;
    dst->dirty = true;
    list_push_back(&vm->dirty, &dst->dirty_link);
}

void vm_queue_push(struct vm *vm, struct vm_task *sender, bool front)
{
    struct vm_task *dst = sender->send.dst;
    sender->wait = VM_BLOCKED;
    // Pushing back before the first element is pushing to the front.
    list_push_back(front ? dst->blocked.next : &dst->blocked, &sender->link);
    dst->num_blocked++;
    vm_queue_touch(vm, dst);
}

void vm_queue_unlink(struct vm *vm, struct vm_task *sender)
{
    struct vm_task *dst = sender->send.dst;
    list_remove(&sender->link);
    dst->num_blocked--;
    vm_queue_touch(vm, dst);
}

void vm_queue_start_copy(struct vm *vm, struct vm_task *sender)
{
    sender->wait = VM_COPYING;
    list_push_back(&vm->copies, &sender->link);
}

void vm_queue_end_copy(struct vm_task *sender)
{
    list_remove(&sender->link);
    sender->send.landing = NULL;
}
