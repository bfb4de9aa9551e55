// Starts a hostile neighbour; functions that all kinds of them need.

#include "neighbour.h"
#include <sys/mman.h>

struct board_role *role;
uint64_t dice;
task_t pair;

static const struct {
    const char *name;
    void (*play)(void);
} kinds[] = {
    {"stall_read", stall_read},
    {"stall_half", stall_half},
    {"stall_write", stall_write},
    {"stall_later", stall_later},
    {"copier", copier},
    {"distant_copier", distant_copier},
    {"flooder", flooder},
    {"liar", liar},
    {"mute", mute},
    {"descriptor_sender", descriptor_sender},
    {"placer", placer},
    {"stranger", stranger},
    {"busy_placer", busy_placer},
    {"mutator", mutator},
    {"thief", thief},
    {"bomb", bomb},
    {"hoarder", hoarder},
    {"unread_hoarder", unread_hoarder},
    {"scribbler", scribbler},
    {"trickler", trickler},
};

void did_it(void)
{
    atomic_fetch_add_explicit(&role->progress, 1, memory_order_relaxed);
}

error_t ask_vm(struct message *m)
{
    error_t err = ipc_call(VM_TASK, m);
    if (err == OK)
        ipc_free_payloads(m);
    return err;
}

struct channel *meet_pair(void)
{
    (void)!ipc_notify(pair, 0);
    return channel_find(pair);
}

vaddr_t place_for_pair(const void *data, size_t len, bool noblock, error_t *err)
{
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = pair;
    m.ool_send.addr = (vaddr_t)data;
    m.ool_send.len = len;
    m.ool_send.flags = noblock ? OOL_NOBLOCK : 0;
    *err = ipc_call(VM_TASK, &m);
    return *err == OK ? m.ool_send_reply.id : 0;
}

void main(void)
{
    ASSERT(task_argc() >= 3);
    struct board *board =
        mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, task_file("board"), 0);
    ASSERT(board != MAP_FAILED);
    role = &board->roles[(unsigned)atoi(task_argv()[2]) % BOARD_ROLES];
    atomic_fetch_add(&role->lives, 1);
    dice = (uint64_t)task_self();
    pair = ipc_lookup("pair");
    ASSERT(pair > 0);
    if (strcmp(task_argv()[1], "stranger") != 0)
        (void)meet_pair();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(kinds[i].name, task_argv()[1]))
            kinds[i].play();
    }
}
