// The fuzz target `libipc`: hostile peers write into their channels, regions and state pages, while
// the program receives, calls, sends and replies. The transport is fake_transport.c.
//
// An input is a sequence of records of 16 bytes; PACKET takes the 256 bytes after it as they are.
// With any input, a call returns OK or a negative error, each message has the right source, and
// each payload is memory of the program.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/internal.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include "fake_transport.h"
#include "payload.h"
#include "target.h"

enum step_kind {
    STEP_PACKET, // a packet arrives from `peer`; `a`: how its number is made valid
    STEP_BROKEN, // a packet that breaks the transport's rules
    STEP_ENDS,   // the peer ends
    STEP_PAGE,   // the peer writes `value` into its page; `a`: where
    STEP_VM,     // vm's answers from now on
    STEP_FULL,   // the next packet to the peer cannot be sent
    STEP_RECV,   // the program receives from any task
    STEP_CLOSED, // it receives from the peer
    STEP_CALL,   // `a`: the type, and so on
    STEP_SEND,
    STEP_NOBLOCK,
    STEP_NOTIFY,
    STEP_REPLY,
    STEP_REPLYRECV,
    STEP_PULL,
    STEP_DISCARD, // the message received last
    STEP_SHM,     // the peer with shared memory writes; `a`: which value
    STEP_NUM,
};

struct step {
    uint8_t kind, peer, a, b;
    uint32_t len;
    uint64_t value;
};

static char payload[2 * FAKE_RING] = "a payload";
static struct message last; // received

static void check_received(error_t err, struct message *m, task_t from)
{
    if (err > 0) // any negative value is allowed, because a peer may send any error
        abort();
    if (IS_ERROR(err))
        return;
    bool known = m->src == KERNEL_TASK;
    for (unsigned i = 0; i < FAKE_PEERS; i++)
        known |= m->src == fake_peers[i].task;
    if (m->type == NOTIFICATIONS_MSG && m->src != KERNEL_TASK)
        abort();
    if (!known || (from != IPC_ANY && m->src != from) || m->type < 0)
        abort();
    last = *m;
    for (int k = 0; m->src != KERNEL_TASK && k < MSG_NUM_PAYLOADS(m->type); k++) {
        struct payload *d = &payload_descriptors(m)[k];
        if (!d->ptr || (MSG_PAYLOAD_IS_STR(m->type, k) && strlen(d->ptr) >= d->len))
            abort();
    }
    if (m->src != KERNEL_TASK)
        ipc_free_payloads(m);
}

// Makes a payload while it is sent, or fails at byte `fails_at`. After that it is not asked again.
struct making {
    size_t next;
    size_t fails_at;
    error_t error;
};

static error_t make(void *state, void *buf, size_t offset, size_t len)
{
    struct making *making = state;
    if (offset != making->next || len == 0)
        abort();
    making->next = offset + len;
    memset(buf, 'x', len);
    bool fails = making->next > making->fails_at;
    if (fails)
        making->next = SIZE_MAX;
    return fails ? making->error : OK;
}

// NULL: the message has no payload that could be made this way.
static struct making *make_stream(const struct step *step, struct message *m)
{
    if (m->type <= 0 || !(m->type & MSG_OOL) || (step->len & 3) != 3)
        return NULL;
    struct making *making = ool_stream(make, sizeof(*making));
    if (!making)
        abort();
    making->fails_at = step->len & 4 ? step->len >> 8 : SIZE_MAX;
    making->error = (error_t)step->value;
    if (making->error >= 0)
        making->error = ERR_UNAVAILABLE;
    m->ool_ptr = making;
    return making;
}

static struct message make_message(const struct step *step)
{
    static const int types[] = {FS_READ_MSG,   FS_OPEN_MSG,  FS_READ_REPLY_MSG, BENCHMARK_NOP_MSG,
                                ERR_NOT_FOUND, FS_WRITE_MSG, INVALID_MSG,       0x20030001};
    struct message m = {.type = step->a == 255 ? (int)step->value : types[step->a % 8]};
    for (int k = 0; m.type > 0 && k < MSG_NUM_PAYLOADS(m.type); k++)
        payload_descriptors(&m)[k] =
            (struct payload){payload, step->b < 128 ? step->b : (step->b - 128u) * 64};
    return m;
}

// The fuzzer does not find valid numbers by chance. So a packet may get the number that the library
// used last, or uses next.
static void set_number(struct packet *packet, const struct fake_peer *peer, unsigned how)
{
    if (how % 4 == 0)
        return;
    uint32_t seq = (peer->last_seq + how % 4 - 1) & WIRE_SEQ_MASK;
    packet->word = wire_word((enum wire_kind)(how / 4 % 10), wire_seq(packet->word), seq);
}

static void set_page(struct fake_peer *peer, const struct step *step)
{
    unsigned self = (unsigned)TASK_SLOT(FAKE_SELF);
    uint64_t word = atomic_load(&peer->page->peers[self].word);
    switch (step->a % 5) {
    case 0:
        atomic_store(&peer->page->wait, step->value);
        break;
    case 1:
        atomic_store(&peer->page->wait,
                     wait_word((enum wait_kind)(step->b % 6), step->len, FAKE_SELF));
        break;
    case 2:
        atomic_store(&peer->page->peers[self].word, step->value);
        break;
    case 3: // bits of the current channel
        word = atomic_load(&ipc_own_page()->peers[TASK_SLOT(peer->task)].word) >> 32 << 32;
        atomic_store(&peer->page->peers[self].word, word | (uint32_t)step->value);
        break;
    default:
        atomic_store(&peer->page->since_ns, step->value);
        break;
    }
}

static void set_vm(const struct step *step)
{
    static const error_t errors[] = {OK,
                                     OK,
                                     OK,
                                     ERR_TRY_AGAIN,
                                     ERR_NOT_FOUND,
                                     ERR_INVALID_ARG,
                                     ERR_WOULD_BLOCK,
                                     ERR_TOO_LARGE,
                                     ERR_ABORTED,
                                     ERR_INVALID_TASK};
    fake_vm.error = errors[step->a % 10];
    fake_vm.count = step->b % 5;
    fake_vm.buffer = step->b / 5 % OOL_NUM_BUFFERS;
    for (unsigned k = 0; k < MSG_MAX_PAYLOADS; k++)
        fake_vm.len[k] = step->value >> (k * 8) & 0xff; // four of these fit a receive buffer
}

static void perform(const struct step *step, struct fake_peer *peer, struct message *m)
{
    error_t err = OK;
    switch (step->kind % STEP_NUM) {
    case STEP_RECV:
        err = sys_ipc(0, IPC_ANY, m, IPC_RECV | (step->a & 1 ? IPC_NOBLOCK : 0));
        check_received(err, m, IPC_ANY);
        return;
    case STEP_CLOSED:
        err = ipc_recv(peer->task, m);
        check_received(err, m, peer->task);
        return;
    case STEP_CALL:
        err = ipc_call(peer->task, m);
        check_received(err, m, peer->task);
        return;
    case STEP_SEND:
        err = ipc_send(peer->task, m);
        break;
    case STEP_NOBLOCK:
        err = ipc_send_noblock(peer->task, m);
        break;
    case STEP_NOTIFY:
        err = ipc_notify(peer->task, step->a);
        break;
    case STEP_REPLY:
        ipc_reply(peer->task, m);
        break;
    case STEP_REPLYRECV:
        err = ipc_replyrecv(peer->task, m);
        check_received(err, m, IPC_ANY);
        return;
    case STEP_PULL:
        err = async_recv(peer->task, m);
        check_received(err, m, peer->task);
        return;
    default:
        memset(last.raw, 0, sizeof(last.raw)); // its payloads were freed
        discard_unknown_message(&last);
        break;
    }
    if (err > 0)
        abort();
}

static void program(const struct step *step, struct fake_peer *peer)
{
    struct message m = make_message(step);
    unsigned kind = step->kind % STEP_NUM;
    bool sends = kind == STEP_CALL || kind == STEP_SEND || kind == STEP_NOBLOCK ||
                 kind == STEP_REPLY || kind == STEP_REPLYRECV;
    struct making *making = sends ? make_stream(step, &m) : NULL;
    perform(step, peer, &m);
    free(making);
}

static void drain(void)
{
    for (unsigned n = 0; n < 4 * FAKE_MAX_QUEUE; n++) {
        struct message m;
        error_t err = sys_ipc(0, IPC_ANY, &m, IPC_RECV | IPC_NOBLOCK);
        if (err == ERR_WOULD_BLOCK && !fake_has_more()) // a peer may send that error too
            return;
        check_received(err, &m, IPC_ANY);
    }
}

// Receives all remaining messages and ends all channels, because the next input has other peers.
static void finish(void)
{
    fake_vm.error = ERR_NOT_FOUND;
    drain();
    for (unsigned i = 0; i < FAKE_PEERS; i++)
        fake_push(&fake_peers[i], NULL, ERR_ABORTED);
    drain();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool booted;
    if (!booted) {
        booted = true;
        if (!getenv("REPLAY_VERBOSE") && !freopen("/dev/null", "w", stdout))
            abort();
        fake_boot();
    }
    fake_reset();
    memset(&last, 0, sizeof(last));
    for (size_t at = 0; at + sizeof(struct step) <= size && at < 8192;) {
        struct step step;
        struct packet packet = {0};
        memcpy(&step, data + at, sizeof(step));
        at += sizeof(step);
        struct fake_peer *peer = &fake_peers[step.peer % FAKE_PEERS];
        switch (step.kind % STEP_NUM) {
        case STEP_PACKET:
            memcpy(&packet, data + at, size - at < sizeof(packet) ? size - at : sizeof(packet));
            at += sizeof(packet);
            set_number(&packet, peer, step.a);
            if (step.b & 1) // a peer with shared memory may claim to stream
                packet.raw[7] |= (uint8_t)(REGION_STREAMED >> 56);
            fake_push(peer, &packet, OK);
            break;
        case STEP_BROKEN:
            fake_push(peer, NULL, ERR_NOT_ACCEPTABLE);
            break;
        case STEP_ENDS:
            fake_push(peer, NULL, ERR_ABORTED);
            break;
        case STEP_PAGE:
            set_page(peer, &step);
            break;
        case STEP_SHM:
            fake_shm_scribble(&fake_peers[FAKE_SHM_PEER], step.a, step.len, step.value);
            break;
        case STEP_VM:
            set_vm(&step);
            break;
        case STEP_FULL:
            peer->send_error = step.a & 1 ? ERR_WOULD_BLOCK : ERR_ABORTED;
            break;
        default:
            program(&step, peer);
            break;
        }
    }
    finish();
    return 0;
}
