// A server that keeps a value for each handle of its clients, and crashes on request. If the
// launcher starts it again, the values are lost.

#include <resea/handle.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/keeper_server.h>

static bool crash_next; // keeper.crash() with `later` was called: crash at the next message

static error_t keeper_open(task_t client, handle_t *handle)
{
    int *value = calloc(1, sizeof(*value));
    *handle = value ? handle_alloc(client) : ERR_NO_MEMORY;
    OK_OR_RETURN(*handle);
    handle_set(client, *handle, value);
    return OK;
}

static error_t keeper_bump(task_t client, handle_t handle, int *result)
{
    int *value = handle_get(client, handle);
    if (!value)
        return ERR_NOT_FOUND;
    *result = ++*value;
    return OK;
}

static error_t keeper_who(task_t client, task_t *task)
{
    (void)client;
    *task = task_self();
    return OK;
}

static void keeper_crash(task_t client, bool later)
{
    (void)client;
    crash_next = true;
    if (!later)
        __builtin_trap();
}

static const struct keeper_ops ops = {
    .open = keeper_open, .bump = keeper_bump, .who = keeper_who, .crash = keeper_crash};

void main(void)
{
    ASSERT_OK(ipc_serve("keeper"));
    while (true) {
        struct message m;
        error_t err = ipc_recv(IPC_ANY, &m);
        if (crash_next)
            __builtin_trap();
        if (err == OK && !keeper_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}
