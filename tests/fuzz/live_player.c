// A player performs orders, with raw packets to vm. See live.h.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <oolong/internal.h>
#include <resea/printf.h>
#include <resea/task.h>
#include "../../libipc/link.h"
#include "../../libipc/control.h"
#include "live.h"

static struct live_player *me;
static unsigned slot;
static int board_fd;
static uint32_t seq;

static error_t send_request(void)
{
    struct packet packet;
    memcpy(&packet, &me->message, sizeof(packet));
    seq = seq % WIRE_SEQ_MASK + 1;
    return link_send(channel_find(VM_TASK), &packet, WIRE_CALL, seq, 0, true);
}

// Whether memory from vm can be read, and written if vm allows it.
static bool try_memory(const struct message *m, int fd)
{
    bool pages = m->type == VM_ALLOC_PAGES_REPLY_MSG;
    vaddr_t word = pages ? m->vm_alloc_pages_reply.vaddr : m->shm_map_reply.vaddr;
    size_t len = word & ~(vaddr_t)1;
    bool writable = word & 1;
    int prot = PROT_READ | (writable ? PROT_WRITE : 0);
    uint8_t *data = mmap(NULL, len, prot, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED && errno == ENOMEM)
        return true; // the player has no room to map it
    bool good = data != MAP_FAILED;
    if (good) {
        volatile uint8_t *last = data + len - 1;
        uint8_t value = *last;
        if (writable)
            *last = value;
        good = !pages || value == 0;
        munmap(data, len);
    }
    if (!writable) {
        void *more = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        good = good && more == MAP_FAILED;
    }
    return good;
}

static void keep_answer(const struct packet *packet, bool is_reply, int fd)
{
    if (me->num_answers == LIVE_ANSWERS)
        return;
    struct live_answer *answer = &me->answers[me->num_answers++];
    memset(answer, 0, sizeof(*answer));
    memcpy(&answer->m, packet, sizeof(answer->m));
    answer->m.src = 0; // the transport keeps its word there
    answer->is_reply = is_reply && wire_ack(packet->word) == seq;
    answer->has_fd = fd >= 0;
    if (fd >= 0) {
        answer->is_mapped = try_memory(&answer->m, fd);
        close(fd);
    }
}

static void drain(int wait_ms)
{
    struct channel *vm = channel_find(VM_TASK);
    vm->vm.wants_fd = true;
    me->num_answers = 0;
    me->bits = channel_collect_notifications(vm);
    for (;;) {
        struct packet packet;
        int fd = -1;
        switch (link_read(vm, &packet, wait_ms, &fd)) {
        case IN_ANSWER:
            keep_answer(&packet, true, fd);
            break;
        case IN_MESSAGE:
            keep_answer(&packet, false, fd);
            break;
        case IN_NOTHING:
            return;
        default: // a ring; its notification bits were collected
            break;
        }
        wait_ms = 0;
    }
}

static void protect(unsigned page, enum world_access access)
{
    int prot = (access & WORLD_READ ? PROT_READ : 0) | (access & WORLD_WRITE ? PROT_WRITE : 0);
    off_t offset = LIVE_MEMORY + (off_t)slot * WORLD_MEM + (off_t)page * PAGE_SIZE;
    void *addr = (void *)(WORLD_BASE(slot + 2) + page * PAGE_SIZE);
    void *got = mmap(addr, PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED, board_fd, offset);
    ASSERT(got == addr);
}

static void perform(void)
{
    struct channel *ch;
    switch (me->order) {
    case LIVE_SEND:
        me->result = (uint64_t)send_request();
        break;
    case LIVE_DRAIN:
        drain((int)me->args[0]);
        break;
    case LIVE_WORD:
        atomic_store(&ipc_own_page()->wait, me->args[0]);
        break;
    case LIVE_COPIED:
        atomic_store(&ipc_own_page()->copied_out[me->args[0]], me->args[1]);
        break;
    case LIVE_PROTECT:
        protect((unsigned)me->args[0], (enum world_access)me->args[1]);
        break;
    case LIVE_CONNECT:
        me->result = (uint64_t)control_connect((task_t)me->args[0], &ch);
        break;
    case LIVE_HASH:
        me->result = live_hash((const uint8_t *)me->args[0], me->args[1]);
        break;
    case LIVE_EXIT:
        _exit(EXIT_SUCCESS);
    }
}

void main(void)
{
    ASSERT(task_argc() >= 2);
    slot = (unsigned)atoi(task_argv()[1]) % MODEL_TASKS;
    board_fd = task_file("board");
    struct live_board *board =
        mmap(NULL, LIVE_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, board_fd, 0);
    void *memory = (void *)WORLD_BASE(slot + 2);
    ASSERT(board != MAP_FAILED);
    ASSERT(mmap(memory, WORLD_MEM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
                board_fd, LIVE_MEMORY + (off_t)slot * WORLD_MEM) == memory);
    me = &board->players[slot];
    uint32_t last = atomic_load(&me->ordered);
    atomic_store(&me->task, task_self());
    live_wake((_Atomic uint32_t *)&me->task);
    for (;; last++) {
        live_wait(&me->ordered, last, -1);
        perform();
        atomic_store(&me->done, last + 1);
        live_wake(&me->done);
    }
}
