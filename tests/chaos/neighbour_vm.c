// Neighbours that misuse the services of vm.

#include <sys/mman.h>
#include "neighbour.h"

// Takes the receive buffer of the server again and again, and never sends the message.
void placer(void)
{
    static uint8_t data[64];
    for (;;) {
        error_t err;
        (void)place_for_pair(data, sizeof(data), false, &err);
        did_it();
    }
}

// Does the same without a channel to the server. It may not call the server, or it never asks for a
// channel.
void stranger(void)
{
    static uint8_t data[64];
    for (bool noblock = false;; noblock = !noblock) {
        error_t err;
        (void)place_for_pair(data, sizeof(data), noblock, &err);
        if (err != ERR_NOT_PERMITTED)
            WARN("CHECK FAILED: a stranger's payload: %s", err2str(err));
        did_it();
    }
}

// Acts as the placer, and meanwhile keeps the server busy with messages without payloads.
void busy_placer(void)
{
    static uint8_t data[64];
    for (;;) {
        error_t err;
        struct message m = {.type = INVALID_MSG};
        (void)place_for_pair(data, sizeof(data), true, &err);
        (void)!ipc_call(pair, &m);
        did_it();
    }
}

#define RACE_LEN (2u << 20)

// Changes and unmaps its memory while vm copies it, then sends the message.
void mutator(void)
{
    struct channel *vm = channel_find(VM_TASK), *ch = channel_find(pair);
    uint8_t *data = NULL;
    for (uint32_t seq = 20000;; seq = seq % WIRE_SEQ_MASK + 1) {
        if (!data)
            data = mmap(NULL, RACE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ASSERT(data != MAP_FAILED);
        struct packet packet = {.type = OOL_SEND_MSG};
        struct message *m = (struct message *)(void *)&packet;
        m->ool_send.dst = pair;
        m->ool_send.addr = (vaddr_t)data;
        m->ool_send.len = RACE_LEN;
        if (link_send(vm, &packet, WIRE_CALL, seq, 0, true) != OK)
            return;
        bool gone = board_random(&dice) % 4 == 0;
        uint8_t *at = data + board_random(&dice) % RACE_LEN;
        bool answered;
        while (!(answered = link_read(vm, &packet, 0, NULL) == IN_ANSWER)) {
            for (size_t i = 0; i < RACE_LEN; i += 512)
                data[i]++;
            if (gone)
                munmap((void *)((uintptr_t)at & ~4095ul), data + RACE_LEN - at);
            if (gone)
                break;
        }
        if (gone) {
            while (!answered)
                answered = link_read(vm, &packet, -1, NULL) == IN_ANSWER;
            munmap(data, RACE_LEN);
            data = NULL;
        }
        // A message that the server does not know makes it verify the buffer.
        if (packet.type == OOL_SEND_REPLY_MSG && ch) {
            vaddr_t id = m->ool_send_reply.id;
            size_t len = RACE_LEN;
            packet = (struct packet){.type = NET_RX_MSG};
            memcpy(packet.raw, &id, sizeof(id));
            memcpy(packet.raw + 8, &len, sizeof(len));
            if (link_send(ch, &packet, WIRE_SEND, seq, 0, true) == OK)
                while (link_read(ch, &packet, -1, NULL) != IN_ANSWER && ch->fd >= 0)
                    ;
        }
        did_it();
    }
}

static void steal_name(const char *name)
{
    if (ipc_serve(name) == OK)
        WARN("CHECK FAILED: may serve '%s'", name);
    did_it();
}

static void ask_number(int type, uint64_t a, uint64_t b)
{
    struct message m = {.type = type};
    memcpy(m.raw, &a, sizeof(a));
    memcpy(m.raw + 8, &b, sizeof(b));
    if (ask_vm(&m) == OK && type != BENCHMARK_NOP_MSG)
        WARN("CHECK FAILED: vm does what %s asks", msgtype2str(type));
}

// Tries to take the names, tasks, memory and messages of others.
void thief(void)
{
    static char longest[4096];
    memset(longest, 'x', sizeof(longest) - 1);
    for (;;) {
        steal_name("pair");
        steal_name("");
        steal_name(longest);
        steal_name("\xff\xfe");
        if (task_destroy(pair) == OK || task_destroy(VM_TASK) == OK)
            WARN("CHECK FAILED: may destroy");
        if (sys_kdebug("q", 1, NULL, 0) == OK)
            WARN("CHECK FAILED: may end the suite");
        uint64_t any = board_random(&dice);
        ask_number(TASK_FREE_MSG, (uint64_t)pair, 0);
        ask_number(SHM_MAP_MSG, any & 0x7fffffff, 1);
        ask_number(SHM_CLOSE_MSG, any & 0x7fffffff, 0);
        ask_number(OOL_VERIFY_MSG, any, (uint64_t)pair);
        ask_number(EXCEPTION_MSG, (uint64_t)pair | (uint64_t)EXCEPTION_TYPE_CRASHED << 32, 0);
        ask_number(LAUNCHER_STARTED_MSG, (uint64_t)pair, any);
        struct message m = {.type = TASK_LAUNCH_MSG};
        m.task_launch.name_and_cmdline = longest;
        m.task_launch.name_and_cmdline_len = sizeof(longest);
        if (ask_vm(&m) == OK)
            WARN("CHECK FAILED: may launch");
    }
}

static void exhaust_vm(void)
{
    struct message m;
    do {
        m = (struct message){.type = SHM_CREATE_MSG};
        m.shm_create.size = 64 << 20;
        did_it();
    } while (ipc_call(VM_TASK, &m) == OK);
    do {
        m = (struct message){.type = VM_ALLOC_PAGES_MSG};
        m.vm_alloc_pages.num_pages = 256;
        did_it();
    } while (ipc_call(VM_TASK, &m) == OK);
    for (task_t task = 1; task < CONFIG_NUM_TASKS; task++) {
        m = (struct message){.type = TASK_WATCH_MSG};
        m.task_watch.task = task;
        (void)!ask_vm(&m);
        did_it();
    }
}

// Uses all memory that it can get: its own, vm's and the server's.
void bomb(void)
{
    exhaust_vm();
    struct message m = {.type = INVALID_MSG};
    while (async_send(pair, &m) == OK)
        did_it();
    // Under a sanitizer, this is the only limit on its memory.
    const size_t piece = 8 << 20;
    for (int i = 0; i < 60; i++) {
        void *data = malloc(piece);
        if (!data)
            break;
        memset(data, 'm', piece);
        m = (struct message){.type = NET_RX_MSG};
        m.net_rx.payload = data;
        m.net_rx.payload_len = piece;
        (void)!ipc_send_noblock(pair, &m);
        did_it();
    }
}

// Asks vm for every kind of descriptor as often as vm answers. With `reads`, it keeps as many as it
// may have. Otherwise it reads none, so that each stays in the socket for ever.
static void hoard(bool reads)
{
    struct channel *vm = channel_find(VM_TASK);
    struct message m = {.type = SHM_CREATE_MSG};
    m.shm_create.size = PAGE_SIZE;
    ASSERT_OK(ipc_call(VM_TASK, &m));
    int id = m.shm_create_reply.shm_id;
    error_t err = OK;
    for (uint32_t n = 0; err != ERR_ABORTED; n++) {
        struct packet packet = {.type = SHM_MAP_MSG};
        struct message *map = (struct message *)(void *)&packet;
        map->shm_map.shm_id = id;
        err = link_send(vm, &packet, WIRE_CALL, n % WIRE_SEQ_MASK + 1, 0, false);
        did_it();
        int fd; // never closed
        while (reads && link_read(vm, &packet, 0, &fd) == IN_ANSWER)
            did_it();
    }
}

void hoarder(void)
{
    hoard(true);
}

void unread_hoarder(void)
{
    hoard(false);
}
