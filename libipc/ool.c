// Owns the landing buffers and the calls to vm that a payload takes: two for each message (the
// sender's ool.send, the receiver's ool.verify), one for each task (ool.recv).

#include "ool.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <resea/printf.h>
#include "control.h"
#include "stream.h"

STATIC_ASSERT(offsetof(struct message, raw) == 8);
STATIC_ASSERT(sizeof(struct ool_descriptor) == 16);

#define NUM_LANDING_BUFFERS 3 // two for open receive, used in turn, and one for closed receive
#define HUGE_PAGE_SIZE      ((size_t)2 << 20)
#define HUGE_PAYLOAD        ((size_t)1 << 20) // from here on buffers are worth huge pages

static uint8_t *region; // the landing buffers, each in `stride` bytes; NULL: not registered
static size_t stride;
bool ool_took_closed;

error_t ool_call_vm(struct message *m)
{
    struct channel *vm = channel_find(VM_TASK);
    struct packet packet;
    memcpy(&packet, m, sizeof(packet));
    uint32_t seq = vm->seq = vm->seq % WIRE_SEQ_MASK + 1;
    OK_OR_RETURN(channel_send(vm, &packet, WIRE_CALL, seq, 0, true));
    for (;;) {
        switch (channel_read(vm, &packet, -1, NULL)) {
        case IN_ANSWER:
            if (wire_ack(packet.word) != seq)
                break; // of a call that was given up
            if (packet.type < 0)
                return packet.type;
            memcpy(m, &packet, sizeof(*m));
            m->src = VM_TASK;
            return OK;
        case IN_MESSAGE:
            channel_stash(vm, &packet);
            break;
        default:
            break;
        }
    }
}

error_t ool_register(void)
{
    if (region || control_boot.task == VM_TASK)
        return OK;

    // Lazily populated: memory is used as far as payloads have reached, and then kept, because a
    // fresh page costs ten times the copy into it.
    stride = ALIGN_UP((size_t)control_boot.ool_len + 1, PAGE_SIZE);
    void *addr = mmap(NULL, NUM_LANDING_BUFFERS * stride, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (addr == MAP_FAILED)
        return ERR_NO_MEMORY;
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.addr = (vaddr_t)addr;
    m.ool_recv.len = control_boot.ool_len;
    m.ool_recv.region = OOL_REGION_STANDING;
    error_t err = ool_call_vm(&m);
    if (IS_ERROR(err))
        munmap(addr, NUM_LANDING_BUFFERS * stride);
    else
        region = addr;
    return err;
}

// Huge pages spare both copies the look at every 4 KiB. They are for who gets large payloads only:
// a small one in a fresh buffer would pin 2 MiB. `from` is where a large payload was, which nobody
// needs any more and vm does not write before we verify again; what is in small pages by now is
// dropped, so that the next payload finds huge ones.
static void make_huge(const uint8_t *from)
{
    static bool is_huge[NUM_LANDING_BUFFERS];
    if (!region || from < region || from >= region + NUM_LANDING_BUFFERS * stride)
        return; // the program's own buffer
    size_t i = (size_t)(from - region) / stride;
    if (is_huge[i])
        return;
    is_huge[i] = true;
    if (madvise(region, NUM_LANDING_BUFFERS * stride, MADV_HUGEPAGE) == 0)
        madvise(region + i * stride, stride, MADV_DONTNEED);
}

error_t ool_prepare_lengths(struct message *m)
{
    struct ool_descriptor *d = ool_descriptors(m);
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++) {
        bool is_str = MSG_PAYLOAD_IS_STR(m->type, k);
        if (!d[k].ptr && (d[k].len > 0 || is_str))
            return ERR_INVALID_ARG;
        if ((k > 0 || is_str) && stream_find(d[k].ptr))
            return ERR_INVALID_ARG; // there are no bytes at that address
        if (is_str)
            d[k].len = strlen(d[k].ptr) + 1;
    }
    return OK;
}

bool ool_fits(const size_t *lens, unsigned count, uint64_t limit)
{
    uint64_t total = 0;
    for (unsigned k = 0; k < count; k++) {
        if (lens[k] > limit)
            return false;
        total = (k ? ALIGN_UP(total + 1, (uint64_t)16) : 0) + lens[k]; // as vm.idl says of ool.send
    }
    return total <= limit;
}

uint64_t ool_total_len(struct message *m)
{
    uint64_t total = 0;
    for (int k = 0; k < MSG_NUM_PAYLOADS(m->type); k++)
        total += ool_descriptors(m)[k].len;
    return total;
}

error_t ool_place(task_t dst, struct message *m, unsigned flags)
{
    struct ool_descriptor *d = ool_descriptors(m);
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

    atomic_store_explicit(&channel_own_page->parked_in_vm, 1, memory_order_relaxed);
    error_t err = ool_call_vm(&req);
    atomic_store_explicit(&channel_own_page->parked_in_vm, 0, memory_order_relaxed);
    OK_OR_RETURN(err);
    // No address of anybody leaves with the message: all descriptors carry the id.
    for (int k = 0; k < count; k++)
        d[k].ptr = (void *)req.ool_send_reply.id;
    return OK;
}

// Copies a payload out of the landing buffer into memory of its own.
static void *copy_out(const uint8_t *from, size_t *len, bool is_str)
{
    uint8_t *copy = malloc(*len + 1); // not NULL for an empty one; room for the NUL of a string
    if (!copy)
        return NULL;
    uintptr_t first = ALIGN_UP((uintptr_t)copy, HUGE_PAGE_SIZE);
    uintptr_t last = ALIGN_DOWN((uintptr_t)copy + *len, HUGE_PAGE_SIZE);
    if (first < last)
        madvise((void *)first, last - first, MADV_HUGEPAGE); // what it holds no part of stays
    memcpy(copy, from, *len);
    copy[*len] = '\0';
    if (is_str && (*len == 0 || copy[*len - 1] != '\0'))
        ++*len;
    return copy;
}

error_t ool_take(task_t src, struct message *m)
{
    struct ool_descriptor *d = ool_descriptors(m);
    int count = MSG_NUM_PAYLOADS(m->type);
    struct message req = {.type = OOL_VERIFY_MSG};
    req.ool_verify.src = src;
    req.ool_verify.id = (vaddr_t)d[0].ptr;
    req.ool_verify.len = d[0].len;
    OK_OR_RETURN(ool_call_vm(&req));
    if (req.ool_verify_reply.count != (uint)count)
        return ERR_INVALID_ARG;

    size_t lens[MSG_MAX_PAYLOADS] = {req.ool_verify_reply.len, req.ool_verify_reply.len2,
                                     req.ool_verify_reply.len3, req.ool_verify_reply.len4};
    const uint8_t *start = (const uint8_t *)req.ool_verify_reply.received_at;
    const uint8_t *from = start;
    ool_took_closed = region && start == region + (NUM_LANDING_BUFFERS - 1) * stride;
    for (int k = 0; k < count; k++) {
        size_t placed = lens[k];
        d[k].ptr = copy_out(from, &lens[k], MSG_PAYLOAD_IS_STR(m->type, k));
        d[k].len = lens[k];
        if (!d[k].ptr) {
            while (k-- > 0)
                free(d[k].ptr);
            return ERR_NO_MEMORY;
        }
        from += ALIGN_UP(placed + 1, 16); // as vm.idl says of ool.send
    }
    if ((size_t)(from - start) > HUGE_PAYLOAD)
        make_huge(start);
    return OK;
}

void ool_announce(task_t src)
{
    // The page already says that we wait for `src`. vm publishes its count, then reads our page:
    // one of us sees the other.
    struct channel *vm = channel_find(VM_TASK);
    if (!vm || atomic_load(&vm->page->parked[TASK_SLOT(control_boot.task)]) == 0)
        return;
    struct message m = {.type = OOL_RECV_MSG};
    m.ool_recv.region = OOL_REGION_ANNOUNCE;
    m.ool_recv.src = src;
    error_t err = ool_call_vm(&m);
    if (IS_ERROR(err))
        WARN("vm refused to hear of a closed receive: %s", err2str(err));
}
