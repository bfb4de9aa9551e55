// Calls that come before the network has its addresses, from clients that start at the same time or
// from the first line of a script. The server keeps these calls until then.
#include <idl/tcpip.h>
#include <oolong/list.h>
#include <stdlib.h>
#include "stack.h"
#include "tcpip.h"

#define WAIT_MS   5000 // after the start; without a device by then, the calls fail
#define MAX_CALLS 64   // one for each client

struct early {
    list_elem_t elem;
    struct message m;
};

static list_t calls = {&calls, &calls};
static unsigned num_calls;
static uint64_t deadline_ms; // 0: calls are no longer kept

void early_init(void)
{
    deadline_ms = stack_now_ms() + WAIT_MS;
}

void early_over(void)
{
    deadline_ms = 0;
}

static bool waits_already(task_t client)
{
    LIST_FOR_EACH (call, &calls, struct early, elem) {
        if (call->m.src == client)
            return true;
    }
    return false;
}

bool early_keep(const struct message *m)
{
    bool needs_network = m->type == TCPIP_CONNECT_MSG || m->type == TCPIP_DNS_RESOLVE_MSG ||
                         m->type == TCPIP_PING_MSG;
    if (!deadline_ms || !needs_network || num_calls == MAX_CALLS || waits_already(m->src))
        return false;
    struct early *call = malloc(sizeof(*call));
    if (!call)
        return false;
    call->m = *m;
    list_push_back(&calls, &call->elem);
    num_calls++;
    return true;
}

msec_t early_remaining(void)
{
    uint64_t now = stack_now_ms();
    if (num_calls == 0)
        return -1;
    return deadline_ms > now ? (msec_t)(deadline_ms - now) : 0;
}

bool early_take(struct message *m)
{
    if (early_remaining() != 0)
        return false;
    deadline_ms = 0;
    struct early *call = LIST_POP_FRONT(&calls, struct early, elem);
    *m = call->m;
    free(call);
    num_calls--;
    return true;
}
