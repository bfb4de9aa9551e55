// The fuzz target `vm-process`: the process of vm, hostile tasks and the launcher. Tasks send
// packets of every kind, write their pages and receive memory, and end. The launcher starts and
// ends them. In every fourth input the launcher also sends messages that it never should.
//
// steps.h says what an input is. With any input, vm goes on and waits only for the launcher. It
// touches no process that it has reaped, and serves the two honest tasks. When all tasks have
// ended, nothing is left.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/internal.h>
#include "steps.h"
#include "target.h"
#include "vm_process.h"

enum step_kind {
    STEP_START,   // the task is started, if its slot is free
    STEP_REQUEST, // the task sends a request; `a`: which; `b`: its arguments, and its packet's kind
    STEP_PACKET,  // it sends the bytes; `a`: which fields are made valid; `b`: the kind
    STEP_BROKEN,  // it sends a packet that breaks the transport's rules
    STEP_END,     // the task ends
    STEP_PAGE,    // the task writes `value` into its page; `a`: where
    STEP_LANDING, // it writes `value` into its receive memory, at `len`
    STEP_MEMORY,  // pages of its memory go (`a` bit 0), or it writes `value` there
    STEP_FULL,    // its socket is full for one packet
    STEP_TIME,    // `len` milliseconds pass
    STEP_LAUNCHER, // how the launcher answers from now on: bits of `a` and `b`
    STEP_SAYS,     // the launcher sends a message that it should not send
    STEP_NUM,
};

_Static_assert(STEP_NUM == STEPS_NUM, "CMakeLists.txt and the script mutator have the number");

#define PAYLOAD 100 // of the honest tasks

static vaddr_t address(unsigned k, const struct step *step)
{
    const vaddr_t base = VP_BASE(k);
    switch (step->b >> 4) {
    case 0:
        return base;
    case 1:
        return base + 4096 * (step->value & 0xff);
    case 2:
        return base + VP_WINDOW - (step->value & 0x3fff);
    case 3:
        return 0;
    case 4:
        return step->value;
    case 5:
        return -(vaddr_t)step->len;
    default:
        return base + (step->value & 0xffff);
    }
}

static size_t length(const struct step *step)
{
    static const size_t lens[] = {0, 1, 4096, VP_OOL_LEN, VP_OOL_LEN + 1, SIZE_MAX, 131073, 262144};
    if (step->len & 0x80000000)
        return lens[step->len % 8];
    return step->len % (step->len & 0x40000000 ? VP_OOL_LEN + 1000 : 5000); // only few are large
}

static task_t other(const struct step *step)
{
    unsigned k = step->value >> 56;
    return k < 200 ? vp_tasks[k % VP_TASKS].id : (task_t)(step->value >> 24);
}

static void text_of(struct message *m, unsigned k, const struct step *step)
{
    const vaddr_t at = address(k, step);
    const size_t len = step->b >> 4 ? length(step) : strlen("a name") + (step->len & 1);
    memcpy(m->raw, &at, sizeof(at));
    memcpy(m->raw + sizeof(at), &len, sizeof(len));
}

static void ool_send(struct message *m, unsigned k, const struct step *step)
{
    m->ool_send.dst = other(step);
    m->ool_send.addr = m->ool_send.addr2 = m->ool_send.addr3 = m->ool_send.addr4 = address(k, step);
    m->ool_send.len = length(step);
    m->ool_send.len2 = step->value & 0xff;
    m->ool_send.len3 = m->ool_send.len4 = step->value >> 8 & 0xf;
    m->ool_send.count = step->value >> 16 & 7;
    m->ool_send.flags = step->value >> 20 & 3;
}

static void ool_verify(struct message *m, const struct step *step)
{
    unsigned from = (step->value >> 56) % VP_TASKS;
    m->ool_verify.src = vp_tasks[from].id;
    m->ool_verify.id = step->b & 0x10 ? step->value : vp_tasks[from].last_id;
    m->ool_verify.len = length(step);
}

static void ool_recv(struct message *m, unsigned k, const struct step *step)
{
    m->ool_recv.addr = ALIGN_DOWN(address(k, step), (vaddr_t)4096) + (step->value >> 40 & 1);
    m->ool_recv.len = length(step);
    m->ool_recv.region = step->value >> 48 & 7;
    m->ool_recv.src = other(step);
}

static void shm(struct message *m, const struct step *step)
{
    int segment = vp_tasks[(step->value >> 56) % VP_TASKS].last_segment;
    m->shm_map.shm_id = step->b & 0x10 ? (int)step->value : segment;
    memset(&m->shm_map.writable, (int)step->len, 1);
}

static const int types[] = {
    OOL_RECV_MSG,       OOL_SEND_MSG,        OOL_SEND_MSG,
    OOL_VERIFY_MSG,     DISCOVERY_SERVE_MSG, DISCOVERY_LOOKUP_MSG,
    TASK_ALLOC_MSG,     TASK_FREE_MSG,       TASK_LAUNCH_MSG,
    TASK_WATCH_MSG,     TASK_UNWATCH_MSG,    ASYNC_MSG,
    VM_ALLOC_PAGES_MSG, SHM_CREATE_MSG,      SHM_MAP_MSG,
    SHM_CLOSE_MSG,      BENCHMARK_NOP_MSG,   BENCHMARK_NOP_WITH_OOL_MSG,
    INVALID_MSG,        NOTIFICATIONS_MSG,   LAUNCHER_STARTED_MSG,
    EXCEPTION_MSG,      OOL_SEND_REPLY_MSG,  BENCHMARK_NOP_WITH_OOL_REPLY_MSG,
    ERR_NOT_FOUND,      ERR_TRY_AGAIN,       DONT_REPLY,
    0x20030001,         0x7f1f7fff,          0x20000000,
    0x00010005,         FS_READ_MSG,
};
#define NUM_TYPES (sizeof(types) / sizeof(types[0]))

static void make_request(struct message *m, unsigned k, const struct step *step)
{
    m->type = types[step->a % NUM_TYPES];
    switch (m->type) {
    case OOL_RECV_MSG:
        ool_recv(m, k, step);
        break;
    case OOL_SEND_MSG:
        ool_send(m, k, step);
        break;
    case OOL_VERIFY_MSG:
        ool_verify(m, step);
        break;
    case DISCOVERY_LOOKUP_MSG:
        text_of(m, k, step);
        m->discovery_lookup.timeout_ms = step->len % 100;
        m->discovery_lookup.except = other(step);
        break;
    case TASK_FREE_MSG:
    case TASK_WATCH_MSG:
    case TASK_UNWATCH_MSG:
    case LAUNCHER_STARTED_MSG:
    case EXCEPTION_MSG:
        m->task_free.task = other(step);
        break;
    case VM_ALLOC_PAGES_MSG:
    case SHM_CREATE_MSG:
        m->shm_create.size = step->len & 1 ? step->value : step->len;
        break;
    case SHM_MAP_MSG:
    case SHM_CLOSE_MSG:
        shm(m, step);
        break;
    default:
        text_of(m, k, step);
        break;
    }
}

// The fuzzer does not find valid numbers by chance.
static void push(unsigned k, struct packet *packet, unsigned how)
{
    static const enum wire_kind kinds[] = {WIRE_CALL,     WIRE_CALL,    WIRE_CALL, WIRE_REPLY,
                                           WIRE_SEND,     WIRE_NOBLOCK, WIRE_ACK,  WIRE_NACK,
                                           WIRE_DOORBELL, WIRE_CONTROL};
    unsigned kind = how % 10;
    struct vp_task *task = &vp_tasks[k];
    if (kinds[kind] == WIRE_CALL || kinds[kind] == WIRE_SEND)
        task->seq = task->seq % 1000 + 1;
    packet->word = wire_word(kinds[kind], task->seq, how / 10 % 3 ? task->seq : 0);
    vp_push(k, packet);
}

static void set_page(struct vp_task *task, const struct step *step)
{
    struct state_page *page = task->channel->page;
    struct peer_line *line = &page->peers[TASK_SLOT(VM_TASK)];
    uint64_t vm_says = atomic_load(&ipc_own_page()->peers[TASK_SLOT(task->id)].word);
    switch (step->a % 12) {
    case 0:
        atomic_store(&page->wait, wait_word((enum wait_kind)(step->b % 7), step->len, other(step)));
        break;
    case 1:
        atomic_store(&page->wait, step->value);
        break;
    case 2: // of the current channel
        atomic_store(&line->word, vm_says >> 32 << 32 | (uint32_t)step->value);
        break;
    case 3:
        atomic_store(&line->word, step->value);
        break;
    case 4:
        atomic_fetch_add(&page->rounds_begun, step->len);
        atomic_fetch_add(&page->rounds_served, step->b ? step->len : 0);
        break;
    case 5:
        atomic_store(&page->copied_out[step->b % OOL_NUM_BUFFERS],
                     step->b & 2 ? step->value : vp_tasks[step->b / 4 % VP_TASKS].last_id);
        break;
    case 6:
        atomic_store(&line->closed, step->len);
        break;
    case 7:
        atomic_store(&page->asleep, step->len);
        break;
    case 8:
        atomic_store(&page->since_ns, step->value);
        break;
    case 9:
        atomic_store(&page->cpu, (int)step->len);
        break;
    default:
        memcpy((uint8_t *)page + step->len % (STATE_PAGE_SIZE - sizeof(step->value)), &step->value,
               sizeof(step->value));
        break;
    }
}

static void set_memory(struct vp_task *task, const struct step *step)
{
    if (step->a & 1) {
        task->holes = (uint32_t)step->value & 0xffff;
        return;
    }
    vp_write(task, step->len % (VP_MEM - sizeof(step->value)), &step->value, sizeof(step->value));
}

static void set_launcher(const struct step *step)
{
    static const error_t errors[] = {OK, OK, ERR_NOT_PERMITTED, ERR_INVALID_TASK};
    vp_launcher.no_memory = step->a & 1;
    vp_launcher.no_launch = step->a & 2;
    vp_launcher.no_page = step->a & 16;
    vp_launcher.no_landing = step->a & 32;
    vp_launcher.no_copies = step->a & 64;
    vp_launcher.restarts = step->a & 128;
    vp_launcher.destroys = errors[step->a / 4 % 4];
    vp_launcher.no_watch = step->b & 128;
    vp_launcher.launches_at = step->b;
}

// Messages about honest tasks are always true, because false ones could end these tasks.
static void says(struct message *m, const struct step *step)
{
    if (step->a % 2)
        m->type = types[step->b % NUM_TYPES];
    if (step->a & 2)
        m->launcher_started.task = other(step);
    if (m->type == LAUNCHER_LAUNCHED_MSG && (step->a & 4))
        m->launcher_launched.token = vp_launcher.token;
    task_t task;
    memcpy(&task, m->raw, sizeof(task));
    for (unsigned k = 0; k < VP_TASKS; k++) {
        bool ends = m->type == EXCEPTION_MSG && vp_tasks[k].id && !vp_tasks[k].dead;
        if (task == vp_tasks[k].id && (ends || k >= VP_HOSTILE || !vp_tasks[k].granted))
            return;
    }
    if (m->type == LAUNCHER_STARTED_MSG || m->type == EXCEPTION_MSG)
        m->launcher_started.task = -1 - (task & 0x7fffffff);
    vp_say(m);
}

static void perform(const struct step *step, const uint8_t *rest, size_t size, bool may_lie)
{
    unsigned k = step->task % VP_HOSTILE;
    struct vp_task *task = &vp_tasks[k];
    struct message m = {0};
    struct packet packet = {0};
    switch ((step->kind & ~STEP_HELD) % STEP_NUM) {
    case STEP_START:
        vp_start(k);
        break;
    case STEP_REQUEST:
        make_request(&m, k, step);
        memcpy(&packet, &m, sizeof(packet));
        push(k, &packet, step->b & 0xf);
        break;
    case STEP_PACKET:
        memcpy(&packet, rest, MIN(size, sizeof(packet)));
        if (step->a & 2)
            packet.type = types[step->len % NUM_TYPES];
        if (step->a & 1)
            push(k, &packet, step->b);
        else
            vp_push(k, &packet);
        break;
    case STEP_BROKEN:
        vp_push(k, NULL);
        break;
    case STEP_END:
        vp_end(k);
        break;
    case STEP_PAGE:
        set_page(task, step);
        break;
    case STEP_LANDING:
        memcpy(task->channel->landing +
                   step->len % (ool_landing_len(VP_OOL_LEN) - sizeof(step->value)),
               &step->value, sizeof(step->value));
        break;
    case STEP_MEMORY:
        set_memory(task, step);
        break;
    case STEP_FULL:
        task->full = true;
        break;
    case STEP_TIME:
        vp_now_ns += step->len % 1000 * 1000000ull;
        break;
    case STEP_LAUNCHER:
        set_launcher(step);
        break;
    default:
        memcpy(&m, rest, MIN(size, sizeof(m)));
        if (may_lie)
            says(&m, step);
        break;
    }
}

// Checks that one honest task can place a payload for the other.
static void check_honest(void)
{
    struct vp_task *sender = &vp_tasks[VP_HONEST], *receiver = sender + 1;
    struct message m = {.type = BENCHMARK_NOP_MSG};
    m.benchmark_nop.value = 12345;
    vp_call(VP_HONEST, &m);
    if (m.type != BENCHMARK_NOP_REPLY_MSG)
        target_fail("an honest task asks for nothing and gets 0x%x", m.type);

    m = (struct message){.type = OOL_RECV_MSG};
    m.ool_recv.addr = VP_BASE(VP_HONEST + 1);
    m.ool_recv.len = VP_OOL_LEN;
    m.ool_recv.region = OOL_REGION_SHARED;
    vp_call(VP_HONEST + 1, &m);
    atomic_store(&receiver->channel->page->wait, wait_word(WAIT_OPEN, 1, 0));
    if (m.type != OOL_RECV_REPLY_MSG)
        target_fail("an honest task registers its buffers and gets 0x%x", m.type);

    m = (struct message){.type = OOL_SEND_MSG};
    m.ool_send.dst = receiver->id;
    m.ool_send.addr = VP_BASE(VP_HONEST) + 1000;
    m.ool_send.len = PAYLOAD;
    vp_call(VP_HONEST, &m);
    struct ool_receipt receipt;
    memcpy(&receipt, receiver->channel->landing, sizeof(receipt));
    if (m.type != OOL_SEND_REPLY_MSG || receipt.id != m.ool_send_reply.id ||
        receipt.src != sender->id || receipt.count != 1 || receipt.lens[0] != PAYLOAD ||
        memcmp(receiver->channel->landing + sizeof(receipt), sender->mem + 1000, PAYLOAD))
        target_fail("an honest task places a payload and gets 0x%x", m.type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool booted;
    if (!booted)
        vp_boot();
    booted = true;
    fd_inside = true;
    vp_reset();
    vp_run();
    bool may_lie = size > 0 && data[0] % 4 == 3;
    for (size_t at = STEP_FIRST; at + sizeof(struct step) <= size && at < 8192;) {
        struct step step;
        memcpy(&step, data + at, sizeof(step));
        at += sizeof(step);
        perform(&step, data + at, size - at, may_lie);
        if (STEPS_WITH_BYTES >> (step.kind & ~STEP_HELD) % STEP_NUM & 1)
            at += MIN((size_t)STEP_BYTES, size - at);
        if (!(step.kind & STEP_HELD))
            vp_run();
    }
    vp_launcher.no_copies = false;
    vp_run();
    check_honest();
    vp_finish();
    fd_inside = false;
    return 0;
}
