// See stub_transport.h.
#include "stub_transport.h"
#include <check.h>
#include <idl/demo.h>

const struct demo_ops *ops;
struct message last_reply;
bool has_reply;
struct message last_sent;
task_t last_dst;
int num_calls;
task_t dead;
void (*tamper)(struct message *m);

static void **payload(struct message *m, int k)
{
    return (void **)&m->raw[16 * k];
}

static size_t *payload_len(struct message *m, int k)
{
    return (size_t *)&m->raw[16 * k + 8];
}

static void copy_message(struct message *to, const struct message *from)
{
    *to = *from;
    // The descriptor in the message owns the copy.
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
    for (int k = 0; k < MSG_NUM_PAYLOADS(from->type); k++) {
        size_t len = *payload_len(to, k);
        char *copy = malloc(len + 1);
        if (!copy)
            abort();
        if (len)
            memcpy(copy, *payload(to, k), len);
        copy[len] = '\0';
        *payload(to, k) = copy;
    }
}

error_t ipc_call(task_t dst, struct message *m)
{
    struct message request;
    num_calls++;
    last_dst = dst;
    if (dst == dead)
        return ERR_ABORTED;
    copy_message(&request, m);
    request.src = CLIENT;
    has_reply = false;
    if (tamper)
        tamper(&request);
    if (!demo_dispatch(ops, &request))
        idl_free_payloads(&request);
    if (!has_reply)
        return ERR_TIMEOUT;
    *m = last_reply;
    return m->type < 0 ? m->type : OK;
}

error_t ipc_send(task_t dst, struct message *m)
{
    last_dst = dst;
    struct message copy;
    copy_message(&copy, m);
    copy.src = CLIENT;
    if (tamper)
        tamper(&copy);
    ck_assert(demo_dispatch(ops, &copy));
    return OK;
}

void ipc_reply(task_t dst, struct message *m)
{
    ck_assert_int_eq(dst, CLIENT);
    ck_assert(!has_reply);
    copy_message(&last_reply, m);
    has_reply = true;
}

void ipc_reply_err(task_t dst, error_t error)
{
    ck_assert_int_eq(dst, CLIENT);
    ck_assert(!has_reply);
    memset(&last_reply, 0, sizeof(last_reply));
    last_reply.type = error;
    has_reply = true;
}

error_t async_send(task_t dst, struct message *m)
{
    last_dst = dst;
    last_sent = *m;
    return OK;
}

task_t ipc_lookup_again(task_t old)
{
    return old == SERVER ? NEW_SERVER : ERR_NOT_FOUND;
}
