// Copies payloads from the memory of a sender into a buffer of a receiver: directly if vm's process
// maps the buffer too, otherwise through the bounce buffer.
//
// A small copy is done at once. A large copy, and any copy while others run, is done in pieces. The
// copies take turns, so a task that copies all the time delays the others by one piece a turn.
//
// No payload is delivered before its last byte is copied: only then is the buffer reserved, and
// only then does the sender get the id. If either side's memory falls short, the buffer is freed,
// and the receiver never sees the bytes in it as a payload.
//
// The sender's memory may change during the copy. Then the receiver gets a mix of old and new
// bytes, but never more than were asked for, and only where it registered memory: the lengths are
// in vm's own record.
#include <string.h>
#include "internal.h"

static bool is_done(const struct vm_send *send)
{
    return send->index == send->count;
}

// Writes `len` staged bytes to `offset`, and the receipt before the first of them. Returns false if
// the receiver's memory cannot be written: the receiver has ended (its exception is on the way), or
// has unmapped its buffer. For the sender both are the same.
static bool write_piece(struct vm *vm, struct vm_send *send, size_t offset, size_t len)
{
    struct vm_landing *landing = send->landing;
    bool begins = !send->begun;
    send->begun = true;
    if (begins && offset == 0)
        return vm_landing_write_first(vm, send->dst->id, landing, len);
    if (begins && !vm_landing_write_first(vm, send->dst->id, landing, 0))
        return false; // (empty payloads come before these bytes)
    return vm_landing_write(vm, send->dst->id, landing, offset, len);
}

// Copies up to `budget` bytes, at most VM_BOUNCE_LEN.
static error_t copy_bytes(struct vm *vm, struct vm_task *sender, size_t budget)
{
    struct vm_send *send = &sender->send;
    if (!vm_landing_begin(vm, send->dst->id, send->landing))
        return ERR_ABORTED;
    while (!is_done(send)) {
        size_t left = send->lens[send->index] - send->done;
        if (left == 0) {
            send->offset = vm_landing_next_offset(send->offset, send->lens[send->index]);
            send->index++;
            send->done = 0;
            continue;
        }
        size_t len = MIN(left, budget);
        if (len == 0)
            return OK;

        vaddr_t from = send->addrs[send->index] + send->done;
        size_t offset = send->offset + send->done;
        uint8_t *stage = vm_landing_stage(vm, send->landing, offset);
        if (vm->env->read(vm->ctx, sender->id, from, stage, len) != len)
            return ERR_INVALID_ARG;
        if (!write_piece(vm, send, offset, len))
            return ERR_ABORTED;
        send->done += len;
        budget -= len;
    }
    // If all payloads were empty, only the receipt is written.
    return send->begun || write_piece(vm, send, 0, 0) ? OK : ERR_ABORTED;
}

static void copy_some(struct vm *vm, struct vm_task *sender, size_t budget)
{
    struct vm_landing *landing = sender->send.landing;
    struct vm_task *dst = sender->send.dst;
    error_t err = copy_bytes(vm, sender, budget);
    if (err == OK && !is_done(&sender->send))
        return;

    vm_queue_end_copy(sender);
    vm_queue_touch(vm, dst);
    if (err != OK) {
        vm_landing_clear(dst, landing);
        vm_answer_err(vm, sender, err);
        return;
    }

    vm_landing_reserve(dst, landing);
    struct message reply;
    memset(&reply, 0, sizeof(reply));
    reply.type = OOL_SEND_REPLY_MSG;
    reply.ool_send_reply.id = landing->id;
    vm_answer(vm, sender, &reply);
}

void vm_copy_start(struct vm *vm, struct vm_task *sender, struct vm_landing *landing)
{
    struct vm_send *send = &sender->send;
    // Not checked earlier: the receiver may register less than its limit, and at any time.
    if (send->total > landing->cap) {
        vm_answer_err(vm, sender, ERR_TOO_LARGE);
        return;
    }

    vm_landing_take(vm, send->dst, landing, sender->id, send->count, send->lens);
    send->landing = landing;
    send->begun = false;
    send->index = 0;
    send->offset = 0;
    send->done = 0;
    bool alone = list_is_empty(&vm->copies);
    vm_queue_start_copy(vm, sender);
    if (alone && send->total <= vm->budget) {
        vm->budget -= send->total;
        copy_some(vm, sender, send->total);
    }
}

bool vm_copy_pending(const struct vm *vm)
{
    return vm->copies.next != &vm->copies;
}

void vm_copy_next(struct vm *vm)
{
    struct vm_task *sender = LIST_POP_FRONT(&vm->copies, struct vm_task, link);
    if (!sender)
        return;
    list_push_back(&vm->copies, &sender->link);
    copy_some(vm, sender, VM_BOUNCE_LEN);
}
