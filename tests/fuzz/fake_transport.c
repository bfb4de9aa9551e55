// See fake_transport.h. Descriptors are numbers only: the launcher's is CONTROL_FD,
// vm's VM_FD, and PEER_FD + k a peer's.
#include "fake_transport.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "boot.h"
#include "payload.h"
#include "transport.h"

#define VM_FD   500
#define PEER_FD 600

struct fake_peer fake_peers[FAKE_PEERS];
struct fake_vm fake_vm;

static struct fake_item system_queue[2][8]; // the launcher's, vm's
static unsigned system_count[2];
static int system_fds[GRANT_NUM_FDS_OF_SHM]; // they come with the launcher's next packet
static void *cookies_of[3 + FAKE_PEERS];
static vaddr_t landing;
static int boot_fds[BOOT_NUM_FDS];
static uint32_t next_chan = 100;
static unsigned generation;

static struct fake_peer *peer_of(int fd)
{
    return fd >= PEER_FD && fd < PEER_FD + FAKE_PEERS ? &fake_peers[fd - PEER_FD] : NULL;
}

static int make_memory(size_t len)
{
    int fd = memfd_create("memory", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)len))
        abort();
    return fd;
}

static int make_page(void **page)
{
    int fd = make_memory(STATE_PAGE_SIZE);
    *page = mmap(NULL, STATE_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*page == MAP_FAILED)
        abort();
    return fd;
}

static void push_system(int which, const struct packet *packet)
{
    if (system_count[which] == 8)
        abort();
    system_queue[which][system_count[which]++].packet = *packet;
}

void fake_push(struct fake_peer *peer, const struct packet *packet, error_t error)
{
    if (peer == &fake_peers[FAKE_SHM_PEER]) {
        if (error)
            fake_shm_end(peer);
        else
            fake_shm_put(peer, packet);
        return;
    }
    fake_shm_ring(peer);
    if (peer->count == FAKE_MAX_QUEUE)
        return;
    struct fake_item *item = &peer->queue[(peer->first + peer->count++) % FAKE_MAX_QUEUE];
    item->error = error;
    if (packet)
        item->packet = *packet;
}

bool fake_has_more(void)
{
    for (unsigned i = 0; i < FAKE_PEERS; i++) {
        if (fake_peers[i].watched && fake_peers[i].count > 0)
            return true;
    }
    return false;
}

void fake_boot(void)
{
    void *page;
    struct packet boot = {.type = CTL_BOOT};
    boot.word = wire_word(WIRE_CONTROL, 0, 0);
    boot.boot.wire = WIRE_VERSION;
    boot.boot.task = FAKE_SELF;
    boot.boot.vm_pid = 1;
    boot.boot.vm_chan = 1;
    boot.boot.ool_len = FAKE_OOL_LEN;
    strcpy(boot.boot.name, "fuzzed");
    for (unsigned i = 0; i < FAKE_PEERS; i++)
        fake_peers[i].page_fd = make_page((void **)&fake_peers[i].page);
    boot_fds[BOOT_FD_PAGE] = make_page(&page);
    boot_fds[BOOT_FD_VM_SOCKET] = VM_FD;
    boot_fds[BOOT_FD_VM_PAGE] = make_page(&page);
    boot_fds[BOOT_FD_LANDING] = make_memory(ool_landing_len(FAKE_OOL_LEN));
    push_system(0, &boot);
    boot_start();
}

void fake_reset(void)
{
    generation++;
    for (unsigned i = 0; i < FAKE_PEERS; i++) {
        struct fake_peer *peer = &fake_peers[i];
        peer->task = TASK_MAKE((task_t)(generation % TASK_MAX_GEN), (task_t)(i + 2));
        memset(peer->page, 0, sizeof(*peer->page));
        peer->connected = peer->ended = peer->watched = false;
        peer->count = peer->first = 0;
        peer->send_error = OK;
        peer->last_seq = 0;
    }
    memset(&fake_vm, 0, sizeof(fake_vm));
}

// --- vm and the launcher ------------------------------------------------------------------------

static void answer_for_vm(const struct packet *packet)
{
    struct message m;
    struct message reply = {.type = 0};
    memcpy(&m, packet, sizeof(m));
    switch (m.type) {
    case OOL_RECV_MSG:
        reply.type = OOL_RECV_REPLY_MSG;
        if (m.ool_recv.region == OOL_REGION_SHARED)
            landing = m.ool_recv.addr;
        break;
    case OOL_SEND_MSG:
        reply.type = OOL_SEND_REPLY_MSG;
        reply.ool_send_reply.id = 0x1234;
        break;
    case OOL_VERIFY_MSG:
        reply.type = OOL_VERIFY_REPLY_MSG;
        reply.ool_verify_reply.received_at = landing + sizeof(struct ool_receipt);
        reply.ool_verify_reply.count = fake_vm.count;
        reply.ool_verify_reply.len = fake_vm.len[0];
        reply.ool_verify_reply.len2 = fake_vm.len[1];
        reply.ool_verify_reply.len3 = fake_vm.len[2];
        reply.ool_verify_reply.len4 = fake_vm.len[3];
        break;
    default:
        reply.type = ERR_NOT_ACCEPTABLE;
        break;
    }
    if (m.type != OOL_RECV_MSG && fake_vm.error) {
        memset(&reply, 0, sizeof(reply));
        reply.type = fake_vm.error;
    }
    struct packet answer;
    memcpy(&answer, &reply, sizeof(answer));
    answer.word = wire_word(WIRE_REPLY, 0, wire_seq(packet->word));
    push_system(1, &answer);
}

static void answer_for_launcher(const struct packet *packet)
{
    struct packet answer = {.type = CTL_ANSWER};
    answer.word = wire_word(WIRE_CONTROL, 0, 0);
    if (packet->type != CTL_CONNECT)
        return;
    for (unsigned i = 0; i < FAKE_PEERS; i++) {
        struct fake_peer *peer = &fake_peers[i];
        if (peer->task != packet->task.task || peer->connected)
            continue;
        answer.type = CTL_GRANT;
        answer.grant.task = peer->task;
        answer.grant.chan = next_chan++;
        peer->connected = true;
        system_fds[GRANT_FD_SOCKET] = PEER_FD + (int)i;
        system_fds[GRANT_FD_PAGE] = dup(peer->page_fd);
        if (i == FAKE_SHM_PEER)
            fake_shm_grant(peer, &answer.grant, system_fds + GRANT_FD_OWN_REGION);
        push_system(0, &answer);
        return;
    }
    answer.answer.op = CTL_CONNECT;
    answer.answer.task = packet->task.task;
    answer.answer.error = ERR_INVALID_TASK;
    push_system(0, &answer);
}

// --- transport.h --------------------------------------------------------------------------------

error_t transport_init(void)
{
    return OK;
}

static void **cookie_of(int fd)
{
    struct fake_peer *peer = peer_of(fd);
    return &cookies_of[peer ? 2 + (peer - fake_peers) : fd == VM_FD];
}

error_t transport_watch(int fd, void *cookie, bool oneshot)
{
    (void)oneshot;
    *cookie_of(fd) = cookie;
    if (peer_of(fd))
        peer_of(fd)->watched = true;
    return OK;
}

void transport_unwatch(int fd)
{
    if (peer_of(fd))
        peer_of(fd)->watched = false;
}

void fake_launcher_speaks(void)
{
    struct packet message = {.type = INVALID_MSG};
    message.word = wire_word(WIRE_NOBLOCK, 0, 0);
    if (system_count[0] == 0)
        push_system(0, &message);
}

int transport_wait(void *cookies[TRANSPORT_MAX_EVENTS], int timeout_ms)
{
    int n = 0;
    for (unsigned i = 0; i < FAKE_PEERS; i++) {
        if (fake_peers[i].watched && fake_peers[i].count > 0)
            cookies[n++] = *cookie_of(PEER_FD + (int)i);
    }
    if (n == 0 && timeout_ms < 0) // nothing would ever arrive, so the launcher sends a message
        fake_launcher_speaks();
    if (system_count[0] > 0)
        cookies[n++] = *cookie_of(CONTROL_FD);
    return n;
}

static error_t recv_system(int which, struct packet *packet, bool wait, int *fds, int max_fds,
                           int *num_fds)
{
    if (system_count[which] == 0) {
        if (!wait)
            return ERR_WOULD_BLOCK;
        fprintf(stderr, "waits for %s, which has nothing to say\n", which ? "vm" : "the launcher");
        abort();
    }
    *packet = system_queue[which][0].packet;
    memmove(system_queue[which], system_queue[which] + 1,
            --system_count[which] * sizeof(system_queue[which][0]));
    if (packet->type == CTL_GRANT && which == 0 && max_fds >= 4) {
        *num_fds = packet->grant.ring_size ? GRANT_NUM_FDS_OF_SHM : GRANT_NUM_FDS;
        memcpy(fds, system_fds, (size_t)*num_fds * sizeof(int));
    }
    if (packet->type == CTL_BOOT && which == 0 && max_fds >= 4) {
        memcpy(fds, boot_fds, 4 * sizeof(int));
        *num_fds = BOOT_NUM_FDS;
    }
    return OK;
}

static void place(const struct fake_peer *peer, const struct packet *packet)
{
    struct ool_receipt receipt = {.src = peer->task, .count = fake_vm.count};
    if (!landing || fake_vm.error || packet->type < 0 || !(packet->type & MSG_OOL))
        return;
    memcpy(&receipt.id, packet->raw, sizeof(receipt.id));
    memcpy(receipt.lens, fake_vm.len, sizeof(receipt.lens));
    memcpy((void *)(landing + fake_vm.buffer * ool_buffer_stride(FAKE_OOL_LEN)), &receipt,
           sizeof(receipt));
}

error_t transport_recv(int fd, struct packet *packet, bool wait, int *fds, int max_fds,
                       int *num_fds)
{
    struct fake_peer *peer = peer_of(fd);
    if (num_fds)
        *num_fds = 0;
    if (!peer)
        return recv_system(fd == VM_FD, packet, wait, fds, max_fds, num_fds);
    if (peer->ended || (peer->count == 0 && wait))
        return ERR_ABORTED; // the program waits for a peer that sends nothing more
    if (peer->count == 0)
        return ERR_WOULD_BLOCK;
    struct fake_item *item = &peer->queue[peer->first++ % FAKE_MAX_QUEUE];
    peer->count--;
    *packet = item->packet;
    if (!item->error)
        place(peer, packet);
    return item->error;
}

error_t transport_send(int fd, const struct packet *packet, bool block, int attach)
{
    (void)attach;
    struct fake_peer *peer = peer_of(fd);
    if (!peer) {
        if (fd == VM_FD)
            answer_for_vm(packet);
        else
            answer_for_launcher(packet);
        return OK;
    }
    enum wire_kind kind = wire_kind(packet->word);
    if (kind < WIRE_SEND || kind > WIRE_DOORBELL)
        abort();
    if (kind == WIRE_SEND || kind == WIRE_CALL)
        peer->last_seq = wire_seq(packet->word);
    error_t error = peer->send_error;
    peer->send_error = OK;
    return block && error == ERR_WOULD_BLOCK ? OK : error;
}

void transport_close(int fd)
{
    if (peer_of(fd))
        peer_of(fd)->ended = true;
}
