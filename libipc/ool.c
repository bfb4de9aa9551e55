// Owns the receive buffers and the calls to vm that payloads need: ool.send, once for each message
// with payloads, and ool.recv, once for each task. A receiver calls ool.verify only if it finds no
// receipt for the payloads of a message.

#include "ool.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <resea/printf.h>
#include "channel.h"
#include "copy.h"
#include "link.h"
#include "payload.h"
#include "self.h"
#include "stream.h"

#define HUGE_PAGE_SIZE ((size_t)2 << 20)
// From this length on, copies bypass the caches. It is half of RING_LARGE in shm_recv.c, because a
// receive buffer is as large as the payload and takes up as much of the caches.
#define LANDING_LARGE ((size_t)4 << 20)

static uint8_t *region; // the receive buffers, each in `stride` bytes; NULL: not registered
static size_t stride;

error_t ool_call_vm(struct message *m)
{
    struct channel *vm = channel_find(VM_TASK);
    struct packet packet;
    memcpy(&packet, m, sizeof(packet));
    uint32_t seq = channel_next_seq(vm);
    OK_OR_RETURN(link_send(vm, &packet, WIRE_CALL, seq, 0, true));
    for (;;) {
        switch (link_read(vm, &packet, -1, NULL)) {
        case IN_ANSWER:
            if (wire_ack(packet.word) != seq)
                break; // the answer to a call that was given up
            if (packet.type < 0)
                return packet.type;
            memcpy(m, &packet, sizeof(*m));
            m->src = VM_TASK;
            return OK;
        case IN_MESSAGE:
            link_stash(vm, &packet);
            break;
        default:
            break;
        }
    }
}

error_t ool_register(void)
{
    if (region || ipc_self.boot.task == VM_TASK)
        return OK;

    // The kernel allocates the pages of the buffers when payloads first reach them. They are not
    // given back, because a fresh page costs ten times the copy into it.
    stride = ool_buffer_stride((size_t)ipc_self.boot.ool_len);
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.addr = (vaddr_t)ipc_self.landing;
    m.ool_recv.len = ipc_self.boot.ool_len;
    m.ool_recv.region = OOL_REGION_SHARED;
    OK_OR_RETURN(ool_call_vm(&m));
    region = ipc_self.landing;
    return OK;
}

error_t ool_place(task_t dst, struct message *m, unsigned flags)
{
    struct payload *d = payload_descriptors(m);
    int count = MSG_NUM_PAYLOADS(m->type);
    struct message req = {.type = OOL_SEND_MSG};
    struct stream *stream = stream_find(d[0].ptr);
    if (stream)
        OK_OR_RETURN(stream_make(stream, d[0].len, &d[0].ptr));
    req.ool_send.dst = dst;
    req.ool_send.count = (uint)count;
    req.ool_send.flags = flags;
    req.ool_send.addr = (vaddr_t)d[0].ptr;
    req.ool_send.len = d[0].len;
    if (count > 1) {
        req.ool_send.addr2 = (vaddr_t)d[1].ptr;
        req.ool_send.len2 = d[1].len;
    }
    if (count > 2) {
        req.ool_send.addr3 = (vaddr_t)d[2].ptr;
        req.ool_send.len3 = d[2].len;
    }
    if (count > 3) {
        req.ool_send.addr4 = (vaddr_t)d[3].ptr;
        req.ool_send.len4 = d[3].len;
    }

    atomic_store_explicit(&ipc_self.page->blocked_in_vm, 1, memory_order_relaxed);
    error_t err = ool_call_vm(&req);
    atomic_store_explicit(&ipc_self.page->blocked_in_vm, 0, memory_order_relaxed);
    OK_OR_RETURN(err);
    // The message carries no address of the sender: each payload descriptor has the receipt id.
    for (int k = 0; k < count; k++)
        d[k].ptr = (void *)req.ool_send_reply.id;
    return OK;
}

// Copies a payload out of the receive buffer into malloc() memory. Adds the NUL that a string
// lacks to `*len`.
static void *copy_out(const uint8_t *from, size_t *len, bool is_str)
{
    uint8_t *copy = malloc(*len + 1); // not NULL for an empty one; room for the NUL of a string
    if (!copy)
        return NULL;
    uintptr_t first = ALIGN_UP((uintptr_t)copy, HUGE_PAGE_SIZE);
    uintptr_t last = ALIGN_DOWN((uintptr_t)copy + *len, HUGE_PAGE_SIZE);
    if (first < last)
        madvise((void *)first, last - first, MADV_HUGEPAGE); // only whole huge pages
    if (*len >= LANDING_LARGE)
        copy_past_caches(copy, from, *len);
    else
        copy_payload(copy, from, *len);
    copy[*len] = '\0';
    if (is_str && (*len == 0 || copy[*len - 1] != '\0'))
        ++*len;
    return copy;
}

// Copies all payloads out of a receive buffer into memory of the program.
static error_t copy_all(const uint8_t *from, const size_t *placed, struct message *m)
{
    struct payload *d = payload_descriptors(m);
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++) {
        d[k].len = placed[k];
        d[k].ptr = copy_out(from, &d[k].len, MSG_PAYLOAD_IS_STR(m->type, k));
        if (!d[k].ptr) {
            while (k-- > 0)
                free(d[k].ptr);
            return ERR_NO_MEMORY;
        }
        from += ALIGN_UP(placed[k] + 1, 16); // the layout that vm.idl describes for ool.send
    }
    return OK;
}

static struct ool_receipt *receipt_of(unsigned k)
{
    return (struct ool_receipt *)(void *)(region + k * stride);
}

// Returns the buffer whose receipt has this id and `src` as the sender, or OOL_NUM_BUFFERS if there
// is none.
static unsigned find_receipt(task_t src, uint64_t id)
{
    unsigned k = id && region ? OOL_OPEN : OOL_NUM_BUFFERS;
    while (k < OOL_NUM_BUFFERS &&
           (atomic_load_explicit(&receipt_of(k)->id, memory_order_acquire) != id ||
            receipt_of(k)->src != src))
        k++;
    return k;
}

// Copies out the payloads that receipt `k` describes. Returns false if vm withdrew the receipt
// before the copy was complete; `m` is then unchanged.
static bool take_placed(unsigned k, task_t src, struct message *m, error_t *err)
{
    struct payload first = payload_descriptors(m)[0];
    unsigned count = (unsigned)MSG_NUM_PAYLOADS(m->type);
    struct ool_receipt *receipt = receipt_of(k);
    uint64_t id = (uint64_t)(uintptr_t)first.ptr;
    size_t lens[MSG_MAX_PAYLOADS];
    memcpy(lens, receipt->lens, sizeof(lens)); // read once: vm may be writing there
    *err = ERR_INVALID_ARG;
    if (receipt->count == count && lens[0] == first.len &&
        payload_fits(lens, count, ipc_self.boot.ool_len))
        *err = copy_all((const uint8_t *)(receipt + 1), lens, m);
    if (!atomic_compare_exchange_strong(&receipt->id, &id, 0)) {
        if (IS_OK(*err))
            ipc_free_payloads(m);
        payload_descriptors(m)[0] = first;
        return false;
    }
    atomic_store(&ipc_self.page->copied_out[k], id);
    ool_announce(src);
    return true;
}

// Asks vm where the payloads are. There is no receipt if vm has withdrawn it, or if the program
// registered the receive buffer itself. Once vm has confirmed the payloads, it does not revoke
// their reservation.
static error_t take_verified(task_t src, struct message *m)
{
    struct payload first = payload_descriptors(m)[0];
    uint64_t id = (uint64_t)(uintptr_t)first.ptr;
    struct message req = {.type = OOL_VERIFY_MSG};
    req.ool_verify.src = src;
    req.ool_verify.id = id;
    req.ool_verify.len = first.len;
    error_t err = ool_call_vm(&req);
    // Whatever vm answers, the id is used up: a receipt that still has it must not be found again.
    unsigned own = find_receipt(src, id);
    uint64_t expected = id;
    if (own < OOL_NUM_BUFFERS)
        atomic_compare_exchange_strong(&receipt_of(own)->id, &expected, 0);
    OK_OR_RETURN(err);
    const size_t lens[] = {req.ool_verify_reply.len, req.ool_verify_reply.len2,
                           req.ool_verify_reply.len3, req.ool_verify_reply.len4};
    err = ERR_INVALID_ARG;
    if (req.ool_verify_reply.count == (uint)MSG_NUM_PAYLOADS(m->type))
        err = copy_all((const uint8_t *)req.ool_verify_reply.received_at, lens, m);
    // We do not know which buffer the payloads were in, so we report the id for both. vm read the
    // older values when we called it.
    for (unsigned k = 0; k < OOL_NUM_BUFFERS; k++)
        atomic_store(&ipc_self.page->copied_out[k], id);
    ool_announce(src);
    return err;
}

error_t ool_take(task_t src, struct message *m)
{
    error_t err;
    struct payload first = payload_descriptors(m)[0];
    unsigned k = find_receipt(src, (uint64_t)(uintptr_t)first.ptr);
    if (k < OOL_NUM_BUFFERS && take_placed(k, src, m, &err))
        return err;
    return take_verified(src, m);
}

void ool_announce(task_t src)
{
    // Our page already shows the change. vm publishes its count of blocked senders and then reads
    // our page; we have published our page and now read the count. So at least one sees the other.
    struct channel *vm = channel_find(VM_TASK);
    if (!vm || atomic_load(&vm->peer.page->blocked[TASK_SLOT(ipc_self.boot.task)]) == 0)
        return;
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.region = OOL_REGION_ANNOUNCE;
    m.ool_recv.src = src;
    error_t err = ool_call_vm(&m);
    if (IS_ERROR(err))
        WARN("vm refused to look for blocked senders: %s", err2str(err));
}
