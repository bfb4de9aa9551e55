// Receive buffers (`landing` in the code): which one a sender's payloads go into, and when a buffer
// is taken away from its payloads.
//
// Why each receiver has two buffers: with one, two clients of a file server that calls a disk
// server can deadlock. The payload of client A fills the buffer; the file server waits for the disk
// alone; the disk's answer finds no room. Hence the closed buffer. It is only for the task that the
// receiver waits for alone, as its page says. Each use is tagged with that task and the episode of
// the wait. Payloads with another tag belong to a wait that is over, and give way.
//
// A receiver that finds a receipt (wire.h) copies the payloads out without a message to vm, and
// says in its page that the buffer is free again. vm may take the buffer away at the same time. It
// withdraws the receipt first; so either the receiver copied everything before that, or it finds
// the receipt changed.
//
// The page is the receiver's own claim. A receiver that lies makes its own senders wait or place
// their payloads again; vm and other tasks are not affected. Each decision reads the page once
// (`word`).
//
// If vm's process maps the buffer too, the kernel copies a payload out of its sender right into it.
// vm never reads the buffer: everything that it knows of it is in its own record.
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include "internal.h"

size_t vm_landing_next_offset(size_t offset, size_t len)
{
    // One byte between two payloads, so that a string can be terminated in place.
    return ALIGN_UP(offset + len + 1, (size_t)VM_PAYLOAD_ALIGN);
}

void vm_landing_look(struct vm *vm, struct vm_task *dst)
{
    for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++) {
        struct vm_landing *landing = &dst->landing[k];
        bool full = landing->state == LANDING_RESERVED || landing->state == LANDING_OUT;
        if (full && landing->has_receipt &&
            vm->env->copied_out(vm->ctx, dst->id, k) == landing->id) {
            vm_landing_clear(dst, landing);
            vm_queue_touch(vm, dst);
        }
    }
}

bool vm_landing_is_free(const struct vm_landing *landing)
{
    return landing->state == LANDING_ARMED ||
           (landing->state == LANDING_RESERVED && landing->orphan);
}

static bool waits_alone_for(uint64_t word, task_t src)
{
    enum wait_kind kind = wait_word_kind(word);
    return (kind == WAIT_RECV || kind == WAIT_CALL) && wait_word_task(word) == src;
}

struct vm_landing *vm_landing_choose(struct vm *vm, struct vm_task *dst, task_t src, bool crossing,
                                     uint64_t word)
{
    struct vm_landing *closed = &dst->landing[OOL_CLOSED];
    if (closed->state != LANDING_NONE && !crossing && waits_alone_for(word, src)) {
        // A second payload within the same wait must not touch the first, whose message is on the
        // way, or which the receiver is copying out. The second may use the open buffer. In another
        // episode the receiver has begun another wait, so it has finished with the old payload.
        uint32_t episode = wait_word_episode(word);
        bool same =
            closed->episode == episode && (closed->src == src || closed->state == LANDING_OUT);
        if (!same || vm_landing_is_free(closed)) {
            vm_landing_void(vm, dst, closed);
            closed->episode = episode;
            return closed;
        }
    }

    struct vm_landing *open = &dst->landing[OOL_OPEN];
    if (!vm_landing_is_free(open))
        return NULL;
    vm_landing_void(vm, dst, open);
    return open;
}

// Whether the two tasks may still know `id` from another reservation.
static bool id_is_used(struct vm *vm, const struct vm_task *dst, task_t src, uint64_t id)
{
    if (id == 0 || dst->landing[OOL_OPEN].id == id || dst->landing[OOL_CLOSED].id == id)
        return true;
    struct vm_task *sender = vm_task_find(vm, src);
    for (unsigned i = 0; sender && i < VM_MAX_REVOKED; i++) {
        if (sender->revoked[i].dst == dst->id && sender->revoked[i].id == id)
            return true;
    }
    return false;
}

void vm_landing_take(struct vm *vm, struct vm_task *dst, struct vm_landing *landing, task_t src,
                     unsigned count, const size_t *lens)
{
    landing->state = LANDING_COPYING;
    landing->src = src;
    landing->count = count;
    landing->orphan = false;
    memset(landing->lens, 0, sizeof(landing->lens));
    memcpy(landing->lens, lens, count * sizeof(lens[0]));
    // With the id that the page says already, the payload would count as copied out at once.
    uint64_t said = vm->env->copied_out(vm->ctx, dst->id, (unsigned)(landing - dst->landing));
    uint64_t id = vm->env->random(vm->ctx);
    while (id == said || id_is_used(vm, dst, src, id))
        id++;
    landing->id = id;
}

static struct ool_receipt *receipt_of(struct vm *vm, const struct vm_landing *landing)
{
    return landing->mapped
               ? (struct ool_receipt *)(void *)(landing->mapped - sizeof(struct ool_receipt))
               : &vm->receipt;
}

bool vm_landing_begin(struct vm *vm, task_t dst, struct vm_landing *landing)
{
    if (!landing->stale)
        return true;
    // The receiver may be copying out. If it finds the id afterwards, it has read nothing newer.
    struct ool_receipt *receipt = receipt_of(vm, landing);
    vaddr_t at = landing->addr - sizeof(*receipt) + offsetof(struct ool_receipt, id);
    atomic_store(&receipt->id, 0);
    size_t len = sizeof(receipt->id);
    landing->stale = vm->env->write(vm->ctx, dst, at, &receipt->id, len) != len;
    return !landing->stale;
}

uint8_t *vm_landing_stage(struct vm *vm, const struct vm_landing *landing, size_t offset)
{
    return landing->mapped ? landing->mapped + offset : vm->bounce;
}

bool vm_landing_write(struct vm *vm, task_t dst, const struct vm_landing *landing, size_t offset,
                      size_t len)
{
    const uint8_t *from = vm_landing_stage(vm, landing, offset);
    return len == 0 || vm->env->write(vm->ctx, dst, landing->addr + offset, from, len) == len;
}

bool vm_landing_write_first(struct vm *vm, task_t dst, const struct vm_landing *landing, size_t len)
{
    if (!landing->has_receipt)
        return vm_landing_write(vm, dst, landing, 0, len);
    struct ool_receipt *receipt = receipt_of(vm, landing);
    receipt->src = landing->src;
    receipt->count = landing->count;
    memcpy(receipt->lens, landing->lens, sizeof(receipt->lens));
    memset(receipt->reserved, 0, sizeof(receipt->reserved));
    atomic_store_explicit(&receipt->id, landing->id, memory_order_release);
    len += sizeof(*receipt);
    return vm->env->write(vm->ctx, dst, landing->addr - sizeof(*receipt), receipt, len) == len;
}

void vm_landing_reserve(struct vm_task *dst, struct vm_landing *landing)
{
    landing->state = LANDING_RESERVED;
    if (landing == &dst->landing[OOL_OPEN])
        dst->patience.deadline_ns = 0; // it counted for the reservation before this one
}

// Remembers a revoked reservation, so that a late message with its id is sent again and not taken
// for a forgery. The memory is the sender's own, so no other task can push an entry out. An honest
// sender has one such message on the way at a time.
static void remember_revoked(struct vm *vm, struct vm_task *dst, const struct vm_landing *landing)
{
    struct vm_task *sender = vm_task_find(vm, landing->src);
    if (!sender)
        return;
    sender->revoked[sender->next_revoked] = (struct vm_revoked){.dst = dst->id, .id = landing->id};
    sender->next_revoked = (sender->next_revoked + 1) % VM_MAX_REVOKED;
}

void vm_landing_clear(struct vm_task *dst, struct vm_landing *landing)
{
    landing->state = LANDING_ARMED;
    landing->src = 0;
    landing->id = 0;
    landing->orphan = false;
    if (landing == &dst->landing[OOL_OPEN])
        dst->refused = false; // the reservation that refused a sender is gone
}

void vm_landing_void(struct vm *vm, struct vm_task *dst, struct vm_landing *landing)
{
    if (landing->state == LANDING_COPYING) {
        // The sender is alive: it is in vm->copies.
        struct vm_task *sender = vm_task_find(vm, landing->src);
        vm_queue_end_copy(sender);
        vm_queue_push(vm, sender, true);
        dst->requeued = true;
    } else if (landing->state == LANDING_RESERVED) {
        landing->stale = landing->has_receipt;
        remember_revoked(vm, dst, landing);
    }
    vm_landing_clear(dst, landing);
}
